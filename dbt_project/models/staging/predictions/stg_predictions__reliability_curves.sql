-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
select
    task,
    version,
    subject,
    bin,
    predicted,
    happened,
    rows as held_out_rows
from {{ source('predictions', 'reliability_curves') }}
