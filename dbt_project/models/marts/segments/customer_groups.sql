{{ config(materialized='view') }}

with

segments as (
    select * from {{ ref('customer_segments') }}
),

members as (
    select
        source,
        customer_id,
        stack(
            5,
            'everybody', 'everybody',
            'rfm_segment', rfm_segment,
            'city', city,
            'membership_type', membership_type,
            'age_group', age_group
        ) as (dimension, dimension_value)
    from segments
),

final as (
    select *
    from members
    where dimension_value is not null
)

select * from final
