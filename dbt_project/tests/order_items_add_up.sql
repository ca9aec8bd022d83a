-- every order is the sum of its lines, and every line belongs to an order
with

orders as (
    select * from {{ ref('fct_orders') }}
),

items as (
    select
        source,
        order_id,
        count(*) as line_count,
        sum(amount) as amount
    from {{ ref('fct_order_items') }}
    group by source, order_id
)

select
    orders.source,
    orders.order_id
from orders
full outer join items on orders.source = items.source and orders.order_id = items.order_id
where
    not (orders.line_count <=> items.line_count and orders.gross_amount <=> items.amount)
