{{ after_training() }}
-- a row of the log whose version was never published is of a training that was interrupted
select
    champions.task,
    champions.step,
    champions.version,
    champions.action,
    champions.reason,
    champions.as_of as done_as_of
from {{ source('predictions', 'champions') }} as champions
where exists (
    select 1
    from {{ source('predictions', 'model_versions') }} as versions
    where champions.task = versions.task and champions.version = versions.version
)
