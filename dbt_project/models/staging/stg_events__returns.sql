with

events as (
    {{ accepted_events('returns') }}
)

select
    event_id,
    source,
    return_id,
    order_id,
    customer_id,
    occurred_at as recorded_at,
    currency,
    lines as return_lines,
    ingest_seq
from events
where copy_number = 1
