{{ after_training() }}
select
    task,
    version,
    place,
    statement
from {{ source('predictions', 'model_statements') }}
