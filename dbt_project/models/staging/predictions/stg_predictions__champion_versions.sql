{{ after_training() }}
with

versions as (
    select * from {{ source('predictions', 'model_versions') }}
),

-- a row of the log whose version was never published is of a training that was interrupted
champions as (
    select
        champions.task,
        champions.version,
        row_number() over (partition by champions.task order by champions.step desc) as champion_rank
    from {{ source('predictions', 'champions') }} as champions
    inner join versions on champions.task = versions.task and champions.version = versions.version
)

select
    versions.task,
    versions.version,
    versions.data_as_of,
    versions.rows_trained,
    versions.features,
    versions.feature_hash,
    versions.code_revision,
    versions.measured_against,
    versions.decided_by
from versions
inner join champions on versions.task = champions.task and versions.version = champions.version
where champions.champion_rank = 1
