with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

evaluations as (
    select * from {{ ref('stg_predictions__model_evaluations') }}
),

final as (
    select
        versions.task,
        versions.version,
        evaluations.subject,
        evaluations.metric,
        -- a measurement that is not a number is no measurement
        {{ exact('evaluations.metric_value', 18, 8) }} as metric_value,
        {{ exact('evaluations.metric_low', 18, 8) }} as metric_low,
        {{ exact('evaluations.metric_high', 18, 8) }} as metric_high,
        versions.rows_trained,
        versions.data_as_of
    from versions
    inner join evaluations on versions.task = evaluations.task and versions.version = evaluations.version
)

select * from final
