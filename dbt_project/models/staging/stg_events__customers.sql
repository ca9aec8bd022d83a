with

events as (
    {{ valid_events('customers') }}
)

select
    event_id,
    source,
    customer_id,
    occurred_at as recorded_at,
    sent_at,
    gender,
    birth_date,
    city,
    membership_type,
    attributes,
    {{ record_columns() }}
from events
