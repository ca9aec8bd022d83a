with

versions as (
    select * from {{ ref('base_model_versions') }}
),

evaluations as (
    select * from {{ ref('base_model_evaluations') }}
),

final as (
    select
        versions.task,
        versions.version,
        evaluations.subject,
        evaluations.metric,
        -- a measurement that is not a number is no measurement
        try_cast(evaluations.metric_value as decimal(18, 8)) as metric_value,
        try_cast(evaluations.metric_low as decimal(18, 8)) as metric_low,
        try_cast(evaluations.metric_high as decimal(18, 8)) as metric_high,
        cast(versions.rows_trained as bigint) as rows_trained,
        versions.data_as_of
    from versions
    inner join evaluations on versions.task = evaluations.task and versions.version = evaluations.version
)

select * from final
