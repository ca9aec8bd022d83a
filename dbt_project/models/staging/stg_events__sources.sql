with

events as (
    {{ valid_events('sources') }}
)

select
    event_id,
    source,
    occurred_at as recorded_at,
    time_zone,
    segment_by,
    {{ record_columns() }}
from events
