-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
select
    task,
    version,
    place,
    statement
from {{ source('predictions', 'model_statements') }}
