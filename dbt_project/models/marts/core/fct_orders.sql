{{ config(materialized='view') }}

with

versions as (
    select * from {{ ref('int_order_versions') }}
),

final as (
    select
        source,
        order_id,
        customer_id,
        is_guest,
        ordered_at,
        nullif(recorded_at, ordered_at) as corrected_at,
        currency,
        discount_applied,
        attributes,
        line_count,
        items,
        gross_amount,
        product_amount,
        event_id,
        ingest_seq
    from versions
    where superseded_at is null
)

select * from final
