{{ after_training() }}
select
    task,
    version,
    as_of as scored_as_of,
    name,
    psi,
    rows as scored_rows
from {{ source('predictions', 'drift') }}
