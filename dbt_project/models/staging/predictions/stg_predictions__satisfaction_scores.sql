-- depends_on: {{ ref('satisfaction_features') }}
with

scores as (
    {{ newest_predictions('satisfaction_scores') }}
)

select
    source,
    customer_id,
    as_of as scored_as_of,
    predicted_satisfaction,
    cast(confidence as decimal(9, 8)) as confidence,
    model_version
from scores
