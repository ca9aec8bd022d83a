{{ configure_versions('customer_id') }}

with

versions as (
    {{ versions_of('customers', 'customer_id', ['gender', 'birth_date', 'city', 'membership_type', 'attributes']) }}
),

final as (
    select
        source,
        time_zone,
        customer_id,
        event_id,
        recorded_at,
        sent_at,
        superseded_at,
        gender,
        birth_date,
        city,
        membership_type,
        attributes,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
