{{ config(materialized='table', file_format='delta') }}

with

bounds as (
    select * from {{ ref('run_bounds') }}
),

snapshots as (
    select * from {{ ref('stg_snapshots__customers') }}
),

candidates as (
    select
        snapshots.* except (snapshot_as_of),
        cast(snapshots.snapshot_as_of as date) as snapshot_on,
        {{ midnight('cast(snapshots.snapshot_as_of as date)', 'bounds.time_zone') }} as snapshot_as_of,
        row_number() over (
            partition by snapshots.source, snapshots.customer_id
            order by snapshots.snapshot_as_of desc
        ) as snapshot_rank
    from snapshots
    inner join bounds
        on snapshots.source = bounds.source and cast(snapshots.snapshot_as_of as date) <= bounds.as_of_day
),

final as (
    select * except (ingest_seq, snapshot_rank)
    from candidates
    where snapshot_rank = 1
)

select * from final
