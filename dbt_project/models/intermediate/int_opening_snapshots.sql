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
        snapshots.*,
        row_number() over (
            partition by snapshots.source, snapshots.customer_id
            order by snapshots.snapshot_as_of desc
        ) as snapshot_rank
    from snapshots
    inner join bounds on snapshots.snapshot_as_of <= bounds.as_of
),

final as (
    select * except (ingest_seq, snapshot_rank)
    from candidates
    where snapshot_rank = 1
)

select * from final
