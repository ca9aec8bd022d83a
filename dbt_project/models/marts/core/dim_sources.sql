{{ config(materialized='incremental', unique_key=['source'], meta={'pruned_by': 'source'}) }}

{%- set held = batches_held(['ingest_seq', 'snapshot_seq']) %}
{%- set arrived = one_row_of(
    'select (select max(ingest_seq) from ' ~ source('bronze', 'events') ~ ' where ingest_seq > ' ~ held[0] ~ '), '
    ~ '(select max(ingest_seq) from ' ~ source('bronze', 'customer_snapshots') ~ ' where ingest_seq > ' ~ held[1] ~ ')', 2
) %}

with

statements as (
    select
        source,
        max(if(
            topic = 'sources',
            struct(
                occurred_at as declared_at,
                event_id as declaration_id,
                ingest_seq as declared_seq,
                time_zone,
                segment_by
            ),
            null
        )) as declaration,
        -- what a shop says of itself is nothing that happened in it
        max(occurred_at) filter (where topic <> 'sources') as newest_event_at,
        cast(null as timestamp) as newest_snapshot_as_of,
        max(ingest_seq) as ingest_seq,
        cast(null as bigint) as snapshot_seq
    from {{ source('bronze', 'events') }}
    where
        broken_rule is null
        and ingest_seq > {{ held[0] }}
        and ingest_seq <= (select batches.max_ingest_seq from {{ ref('run_batches') }} as batches)
        and {{ nothing_arrived() if is_incremental() and arrived == [none, none] else 'true' }}
    group by source
    union all
    select
        source,
        null as declaration,
        null as newest_event_at,
        max(snapshot_as_of) as newest_snapshot_as_of,
        null as ingest_seq,
        max(ingest_seq) as snapshot_seq
    from {{ source('bronze', 'customer_snapshots') }}
    where
        broken_rule is null
        and ingest_seq > {{ held[1] }}
        and ingest_seq <= (select batches.max_snapshot_seq from {{ ref('run_batches') }} as batches)
    group by source
    {%- if is_incremental() %}
    union all
    select
        source,
        struct(declared_at, declaration_id, declared_seq, time_zone, segment_by) as declaration,
        newest_event_at,
        newest_snapshot_as_of,
        ingest_seq,
        snapshot_seq
    from {{ this }}
    {%- endif %}
),

final as (
    select
        source,
        coalesce(max(declaration).time_zone, 'UTC') as time_zone,
        max(declaration).declared_at as declared_at,
        max(declaration).declaration_id as declaration_id,
        max(declaration).declared_seq as declared_seq,
        max(declaration).segment_by as segment_by,
        max(newest_event_at) as newest_event_at,
        max(newest_snapshot_as_of) as newest_snapshot_as_of,
        max(ingest_seq) as ingest_seq,
        max(snapshot_seq) as snapshot_seq
    from statements
    group by source
)

select * from final
