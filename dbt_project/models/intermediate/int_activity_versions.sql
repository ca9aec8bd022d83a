with

final as (
    select
        source,
        time_zone,
        'order' as kind,
        order_id as activity_id,
        event_id,
        customer_id,
        ordered_at as happened_at,
        {{ local_day('ordered_at', 'time_zone') }} as happened_on,
        recorded_at,
        superseded_at,
        line_count,
        gross_amount as amount,
        items,
        currency,
        discount_applied,
        cast(null as int) as rating,
        customer_ids,
        recorded_days,
        payload_hash,
        ingest_seq
    from {{ ref('int_order_versions') }}
    union all
    select
        source,
        time_zone,
        'return' as kind,
        return_id as activity_id,
        event_id,
        customer_id,
        returned_at as happened_at,
        {{ local_day('returned_at', 'time_zone') }} as happened_on,
        recorded_at,
        superseded_at,
        line_count,
        gross_amount as amount,
        cast(null as bigint) as items,
        currency,
        cast(null as boolean) as discount_applied,
        cast(null as int) as rating,
        customer_ids,
        recorded_days,
        payload_hash,
        ingest_seq
    from {{ ref('int_return_versions') }}
    union all
    select
        source,
        time_zone,
        'rating' as kind,
        rating_id as activity_id,
        event_id,
        customer_id,
        rated_at as happened_at,
        {{ local_day('rated_at', 'time_zone') }} as happened_on,
        recorded_at,
        superseded_at,
        cast(null as int) as line_count,
        cast(null as decimal(18, 4)) as amount,
        cast(null as bigint) as items,
        cast(null as string) as currency,
        cast(null as boolean) as discount_applied,
        rating,
        customer_ids,
        recorded_days,
        payload_hash,
        ingest_seq
    from {{ ref('int_rating_versions') }}
)

select * from final
