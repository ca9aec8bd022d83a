with

events as (
    {{ valid_events('customers') }}
)

select
    event_id,
    source,
    customer_id,
    occurred_at as recorded_at,
    gender,
    birth_date,
    city,
    membership_type,
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
from events
