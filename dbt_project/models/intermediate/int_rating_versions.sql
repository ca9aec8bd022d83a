{{ configure_versions('rating_id') }}

with

versions as (
    {{ versions_of('ratings', 'rating_id', ['order_id', 'customer_id', 'rating'], cells=true) }}
),

final as (
    select
        source,
        time_zone,
        rating_id,
        event_id,
        order_id,
        customer_id,
        first_recorded_at as rated_at,
        recorded_at,
        sent_at,
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
