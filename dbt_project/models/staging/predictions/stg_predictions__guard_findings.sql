-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
select
    task,
    version,
    what,
    value as finding_value,
    why
from {{ source('predictions', 'guard_findings') }}
