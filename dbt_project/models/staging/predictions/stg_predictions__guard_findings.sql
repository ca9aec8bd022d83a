{{ after_training() }}
select
    task,
    version,
    what,
    value as finding_value,
    why
from {{ source('predictions', 'guard_findings') }}
