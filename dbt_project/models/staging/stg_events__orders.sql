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
    {{ record_columns() }}
from events
