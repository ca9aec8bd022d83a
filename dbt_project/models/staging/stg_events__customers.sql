with

events as (
    {{ accepted_events('customers') }}
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
    ingest_seq
from events
where copy_number = 1
