with

events as (
    {{ valid_events('orders') }}
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
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
from events
