with

events as (
    {{ valid_events('visits') }}
)

select
    event_id,
    source,
    visit_id,
    customer_id,
    occurred_at as recorded_at,
    sent_at,
    channel,
    device,
    seconds as visit_seconds,
    pages_viewed,
    products_viewed,
    products_in_cart,
    {{ record_columns() }}
from events
