with

ratings as (
    select * from {{ ref('stg_events__ratings') }}
),

final as (
    select
        source,
        rating_id,
        event_id,
        order_id,
        customer_id,
        min(recorded_at) over (partition by source, rating_id) as rated_at,
        recorded_at,
        lead(recorded_at) over (partition by source, rating_id order by recorded_at, event_id) as superseded_at,
        rating,
        ingest_seq
    from ratings
)

select * from final
