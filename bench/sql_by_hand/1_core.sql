-- Orders, returns and customers. `events` is a view of the files of bronze.events.

create macro line_amount(line) as line.quantity * line.unit_price - coalesce(line.discount_amount, 0);

create table fct_orders as
select
    source, order_id, customer_id,
    min(occurred_at) over (partition by source, order_id) as ordered_at,
    occurred_at as recorded_at, currency, discount_applied, lines,
    len(lines) as line_count,
    list_sum(list_transform(lines, lambda line: if(line.is_product, line.quantity, 0))) as items,
    list_sum(list_transform(lines, lambda line: line_amount(line))) as gross_amount,
    list_sum(list_transform(lines, lambda line: if(line.is_product, line_amount(line), 0))) as product_amount
from events
where topic = 'orders' and broken_rule is null
qualify row_number() over (partition by source, order_id order by occurred_at desc, event_id desc) = 1;

create table fct_returns as
select
    source, return_id, customer_id, min(occurred_at) over (partition by source, return_id) as returned_at, currency,
    len(lines) as line_count,
    list_sum(list_transform(lines, lambda line: line_amount(line))) as gross_amount
from events
where topic = 'returns' and broken_rule is null
qualify row_number() over (partition by source, return_id order by occurred_at desc, event_id desc) = 1;

create table run_bounds as
select date_trunc('day', max(occurred_at)) + interval 1 day as as_of
from events
where broken_rule is null;

create table fct_order_items as
select
    source, order_id, customer_id, ordered_at, line.product_id, line.is_product, line.quantity, line.unit_price,
    line_amount(line) as amount
from (select *, unnest(lines) as line from fct_orders);

create table int_customer_days as
with activity as (
    select
        source, customer_id, ordered_at as happened_at, 1 as orders, items, gross_amount, 0 as returned_amount, currency,
        discount_applied, ordered_at
    from fct_orders
    where customer_id is not null
    union all
    select source, customer_id, returned_at, 0, 0, 0, gross_amount, currency, null, null
    from fct_returns
    where customer_id is not null
)
select
    source, customer_id, cast(happened_at as date) as happened_on, sum(orders) as orders, sum(items) as items,
    sum(gross_amount) as gross_amount, sum(returned_amount) as returned_amount, min(ordered_at) as first_ordered_at,
    max(ordered_at) as last_ordered_at, arg_max(discount_applied, happened_at) as discount_applied,
    min(currency) as currency
from activity
group by all;

create table dim_customers as
select distinct source, customer_id from int_customer_days;

create table customer_behaviour as
select
    source, customer_id, sum(gross_amount - returned_amount) as total_spend, sum(items) as items_purchased,
    arg_max(discount_applied, happened_on) as discount_applied,
    date_diff('day', max(last_ordered_at), any_value(as_of)) as days_since_last_purchase, sum(orders) as orders,
    min(first_ordered_at) as first_ordered_at, max(last_ordered_at) as last_ordered_at, min(currency) as currency,
    any_value(as_of) as as_of
from int_customer_days
cross join run_bounds
group by all;
