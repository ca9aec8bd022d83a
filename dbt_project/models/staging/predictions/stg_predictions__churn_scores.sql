-- depends_on: {{ ref('churn_features') }}
with

bounds as (
    select * from {{ ref('run_bounds') }}
),

scores as (
    select
        scores.*,
        rank() over (partition by scores.source order by scores.as_of desc) as score_rank
    from {{ source('predictions', 'churn_scores') }} as scores
    inner join bounds on scores.as_of <= bounds.as_of
)

select
    source,
    customer_id,
    as_of as scored_as_of,
    cast(churn_probability as decimal(9, 8)) as churn_probability,
    cast(alive_probability as decimal(9, 8)) as alive_probability,
    nullif(concat_ws('; ', reasons), '') as churn_reasons,
    model_version
from scores
where score_rank = 1
