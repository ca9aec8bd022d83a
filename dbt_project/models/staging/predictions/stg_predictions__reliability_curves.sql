{{ after_training() }}
select
    task,
    version,
    subject,
    bin,
    predicted,
    happened,
    rows as held_out_rows
from {{ source('predictions', 'reliability_curves') }}
