-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
-- depends_on: {{ ref('segment_outcomes') }}
select
    task,
    version,
    subject,
    metric,
    value as metric_value,
    low as metric_low,
    high as metric_high
from {{ source('predictions', 'model_evaluations') }}
