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
    sent_at,
    kind <=> 'cancelled' as is_cancelled,
    currency,
    lines as return_lines,
    {{ record_columns() }}
from events
