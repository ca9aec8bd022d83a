{#- The predictions of one task that are to be read: of each source those of the newest day that was scored, up to the
    run's `as_of`. -#}
{% macro newest_predictions(table) -%}
    select *
    from (
        select
            predictions.*,
            rank() over (partition by predictions.source order by predictions.as_of desc) as day_rank
        from {{ source('predictions', table) }} as predictions
        inner join {{ ref('run_bounds') }} as bounds on predictions.as_of <= bounds.as_of
    )
    where day_rank = 1
{%- endmacro %}

{#- A comment that names what training reads. Training is no model of dbt's: so what it wrote comes after that in the
    lineage all the same. -#}
{% macro after_training() -%}
    -- made from {{ [
        ref('churn_features'), ref('churn_labels'), ref('satisfaction_features'), ref('segment_features'),
        ref('segment_outcomes')
    ] | join(', ') }}
{%- endmacro %}
