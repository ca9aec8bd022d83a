{{ config(materialized='incremental', unique_key=[]) }}

with

events as (
    select max(ingest_seq) as max_ingest_seq
    from {{ source('bronze', 'events') }}
    where ingest_seq > {{ batches_held(['max_ingest_seq'])[0] }}
    {%- if is_incremental() %}
    union all
    select max_ingest_seq
    from {{ this }}
    {%- endif %}
),

snapshots as (
    select coalesce(max(ingest_seq), -1) as max_snapshot_seq
    from {{ source('bronze', 'customer_snapshots') }}
),

final as (
    select
        coalesce(max(events.max_ingest_seq), -1) as max_ingest_seq,
        max(snapshots.max_snapshot_seq) as max_snapshot_seq
    from events
    cross join snapshots
)

select * from final
