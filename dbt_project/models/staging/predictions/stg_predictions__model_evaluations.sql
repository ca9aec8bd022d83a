{{ after_training() }}
select
    task,
    version,
    subject,
    metric,
    value as metric_value,
    low as metric_low,
    high as metric_high
from {{ source('predictions', 'model_evaluations') }}
