{{ config(
    materialized='incremental',
    unique_key=['source', 'visit_id', 'event_id', 'payload_hash'],
    meta={'pruned_by': 'visit_id'}
) }}

with

events as (
    {{ events_of_what_arrived('visits', 'visit_id', [
        'customer_id', 'channel', 'device', 'visit_seconds', 'pages_viewed', 'products_viewed', 'products_in_cart'
    ]) }}
),

versions as (
    {{ versions_of('events', 'visit_id') }}
),

final as (
    select
        source,
        visit_id,
        event_id,
        customer_id,
        recorded_at,
        superseded_at,
        channel,
        device,
        visit_seconds,
        pages_viewed,
        products_viewed,
        products_in_cart,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
