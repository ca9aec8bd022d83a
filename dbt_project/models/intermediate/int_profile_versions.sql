{{ config(
    materialized='incremental',
    unique_key=['source', 'customer_id', 'event_id', 'payload_hash'],
    meta={'pruned_by': 'customer_id'}
) }}

with

events as (
    {{ events_of_what_arrived('customers', 'customer_id', ['gender', 'birth_date', 'city', 'membership_type']) }}
),

versions as (
    {{ versions_of('events', 'customer_id') }}
),

final as (
    select
        source,
        customer_id,
        event_id,
        recorded_at,
        superseded_at,
        gender,
        birth_date,
        city,
        membership_type,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
