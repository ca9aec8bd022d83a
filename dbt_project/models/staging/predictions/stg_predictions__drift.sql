-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
select
    task,
    version,
    as_of as scored_as_of,
    name,
    psi,
    rows as scored_rows
from {{ source('predictions', 'drift') }}
