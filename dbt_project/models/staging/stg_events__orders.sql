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
    sent_at,
    kind = 'cancelled' as is_cancelled,
    currency,
    discount_applied,
    attributes,
    lines as order_lines,
    {{ record_columns() }}
from events
