{{ configure_versions('visit_id') }}

with

versions as (
    {{ versions_of('visits', 'visit_id', [
        'customer_id', 'channel', 'device', 'visit_seconds', 'pages_viewed', 'products_viewed', 'products_in_cart'
    ]) }}
),

final as (
    select
        source,
        time_zone,
        visit_id,
        event_id,
        customer_id,
        recorded_at,
        sent_at,
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
