with

events as (
    select
        max(occurred_at) filter (where broken_rule is null) as newest_event_at,
        max(ingest_seq) as max_ingest_seq
    from {{ source('bronze', 'events') }}
),

snapshots as (
    select
        max(snapshot_as_of) filter (where broken_rule is null) as newest_snapshot_as_of,
        max(ingest_seq) as max_snapshot_seq
    from {{ source('bronze', 'customer_snapshots') }}
),

final as (
    select
        coalesce(
            {{ given_as_of() }},
            greatest(date_trunc('day', events.newest_event_at) + interval 1 day, snapshots.newest_snapshot_as_of),
            timestamp '1970-01-01'
        ) as as_of,
        coalesce(events.max_ingest_seq, -1) as max_ingest_seq,
        coalesce(snapshots.max_snapshot_seq, -1) as max_snapshot_seq
    from events
    cross join snapshots
)

select * from final
