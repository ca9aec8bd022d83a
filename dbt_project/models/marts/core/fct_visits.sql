{{ config(materialized='view') }}

with

versions as (
    select * from {{ ref('int_visit_versions') }}
),

final as (
    select
        source,
        visit_id,
        customer_id,
        recorded_at as ended_at,
        channel,
        device,
        visit_seconds,
        pages_viewed,
        products_viewed,
        products_in_cart,
        event_id,
        ingest_seq
    from versions
    where superseded_at is null
)

select * from final
