{{ config(materialized='incremental', unique_key=[]) }}

with

events as (
    select
        max(occurred_at) filter (where broken_rule is null) as newest_event_at,
        max(ingest_seq) as max_ingest_seq
    from {{ source('bronze', 'events') }}
    where ingest_seq > {{ batches_held(['max_ingest_seq'])[0] }}
    {%- if is_incremental() %}
    union all
    select
        newest_event_at,
        max_ingest_seq
    from {{ this }}
    {%- endif %}
),

newest as (
    select
        max(newest_event_at) as newest_event_at,
        coalesce(max(max_ingest_seq), -1) as max_ingest_seq
    from events
),

snapshots as (
    select
        max(snapshot_as_of) filter (where broken_rule is null) as newest_snapshot_as_of,
        coalesce(max(ingest_seq), -1) as max_snapshot_seq
    from {{ source('bronze', 'customer_snapshots') }}
),

final as (
    select
        coalesce(
            {{ given_day('as_of') }},
            greatest(
                date_trunc('day', newest.newest_event_at) + interval 1 day,
                snapshots.newest_snapshot_as_of
            ),
            timestamp '1970-01-01'
        ) as as_of,
        newest.newest_event_at,
        newest.max_ingest_seq,
        snapshots.max_snapshot_seq
    from newest
    cross join snapshots
)

select * from final
