-- depends_on: {{ ref('churn_features') }}
with

scores as (
    {{ newest_predictions('churn_scores') }}
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
