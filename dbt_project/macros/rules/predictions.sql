{% macro newest_predictions(table) -%}
    select *
    from (
        select
            predictions.*,
            rank() over (partition by predictions.source order by predictions.as_of desc) as day_rank
        from {{ source('predictions', table) }} as predictions
        inner join {{ ref('run_bounds') }} as bounds
            on predictions.source = bounds.source and predictions.as_of <= bounds.as_of
    )
    where day_rank = 1
{%- endmacro %}

{% macro after_training() -%}
    -- made from {{ [
        ref('churn_features'), ref('churn_labels'), ref('satisfaction_features'), ref('segment_features'),
        ref('segment_outcomes')
    ] | join(', ') }}
{%- endmacro %}
