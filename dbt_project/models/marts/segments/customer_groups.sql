{{ config(materialized='view') }}

with

segments as (
    select * from {{ ref('customer_segments') }}
),

attributes as (
    select * from {{ ref('customer_attributes') }}
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
    union all
    select
        source,
        customer_id,
        attribute as dimension,
        attribute_value as dimension_value
    from attributes
),

final as (
    select *
    from members
    where dimension_value is not null
)

select * from final
