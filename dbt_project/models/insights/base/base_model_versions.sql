-- depends_on: {{ ref('churn_features') }}
-- depends_on: {{ ref('churn_labels') }}
-- depends_on: {{ ref('satisfaction_features') }}
-- depends_on: {{ ref('segment_features') }}
with

versions as (
    select
        *,
        row_number() over (partition by task order by version desc) as version_rank
    from {{ source('predictions', 'model_versions') }}
)

select
    task,
    version,
    data_as_of,
    rows_trained,
    metrics
from versions
where version_rank = 1
