with

versions as (
    select * from {{ ref('base_model_versions') }}
),

metrics as (
    select
        task,
        version,
        data_as_of,
        rows_trained,
        explode(metrics) as (metric, metric_value)
    from versions
),

final as (
    select
        task,
        version,
        metric,
        -- a measurement that is not a number is no measurement
        try_cast(metric_value as decimal(18, 8)) as metric_value,
        cast(rows_trained as bigint) as rows_trained,
        data_as_of
    from metrics
)

select * from final
