{{ config(
    materialized='incremental',
    unique_key=['source', 'rating_id', 'event_id', 'payload_hash'],
    meta={'pruned_by': 'rating_id'}
) }}

with

events as (
    {{ events_of_what_arrived('ratings', 'rating_id', ['order_id', 'customer_id', 'rating']) }}
),

versions as (
    {{ versions_of('events', 'rating_id', cells=true) }}
),

final as (
    select
        source,
        rating_id,
        event_id,
        order_id,
        customer_id,
        first_recorded_at as rated_at,
        recorded_at,
        superseded_at,
        rating,
        customer_ids,
        recorded_days,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
