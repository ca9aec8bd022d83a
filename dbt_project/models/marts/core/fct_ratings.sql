{{ config(materialized='view') }}

with

versions as (
    select * from {{ ref('int_rating_versions') }}
),

final as (
    select
        source,
        rating_id,
        order_id,
        customer_id,
        rated_at,
        nullif(recorded_at, rated_at) as corrected_at,
        rating,
        event_id,
        ingest_seq
    from versions
    where superseded_at is null
)

select * from final
