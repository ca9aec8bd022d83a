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
    rating,
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
from events
