{{ config(materialized='view') }}

with

versions as (
    select * from {{ ref('int_return_versions') }}
),

final as (
    select
        source,
        return_id,
        order_id,
        customer_id,
        returned_at,
        nullif(recorded_at, returned_at) as corrected_at,
        currency,
        line_count,
        items,
        gross_amount,
        event_id,
        ingest_seq
    from versions
    where superseded_at is null
)

select * from final
