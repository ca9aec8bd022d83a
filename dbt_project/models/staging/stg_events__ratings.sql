with

events as (
    {{ valid_events('ratings') }}
)

select
    event_id,
    source,
    rating_id,
    order_id,
    customer_id,
    occurred_at as recorded_at,
    sent_at,
    rating,
    {{ record_columns() }}
from events
