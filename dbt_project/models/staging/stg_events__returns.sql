with

events as (
    {{ valid_events('returns') }}
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
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
from events
