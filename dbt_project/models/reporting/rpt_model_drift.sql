with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

drift as (
    select * from {{ ref('stg_predictions__drift') }}
),

indices as (
    select
        drift.task,
        drift.name,
        drift.scored_as_of,
        {{ exact('drift.psi', 18, 8) }} as stability_index,
        drift.scored_rows
    from drift
    inner join versions on drift.task = versions.task and drift.version = versions.version
),

final as (
    select
        task,
        name,
        scored_as_of,
        stability_index,
        stability_index > {{ var('shifted_index') }} as is_shifted,
        scored_rows
    from indices
)

select * from final
