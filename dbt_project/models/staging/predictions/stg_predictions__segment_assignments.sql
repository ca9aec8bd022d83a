-- depends_on: {{ ref('segment_features') }}
with

assignments as (
    {{ newest_predictions('segment_assignments') }}
)

select
    source,
    customer_id,
    as_of as scored_as_of,
    segment_id,
    segment_name,
    model_version
from assignments
