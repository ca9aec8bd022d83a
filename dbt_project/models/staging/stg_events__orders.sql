with

events as (
    {{ accepted_events('orders') }}
)

select
    event_id,
    source,
    order_id,
    customer_id,
    occurred_at as recorded_at,
    kind,
    currency,
    discount_applied,
    lines as order_lines,
    ingest_seq
from events
where copy_number = 1
