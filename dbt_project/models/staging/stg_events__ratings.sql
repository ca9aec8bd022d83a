with

events as (
    {{ accepted_events('ratings') }}
)

select
    event_id,
    source,
    rating_id,
    order_id,
    customer_id,
    occurred_at as recorded_at,
    rating,
    ingest_seq
from events
where copy_number = 1
