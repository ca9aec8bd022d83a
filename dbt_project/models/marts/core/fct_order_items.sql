{{ config(materialized='view') }}

with

orders as (
    select * from {{ ref('fct_orders') }}
),

events as (
    select * from {{ ref('stg_events__orders') }}
),

numbered as (
    select
        event_id,
        posexplode(order_lines) as (line_index, line)
    from events
),

final as (
    select
        orders.source,
        orders.order_id,
        numbered.line_index + 1 as line_number,
        orders.customer_id,
        orders.ordered_at,
        numbered.line.product_id,
        numbered.line.description,
        numbered.line.is_product,
        numbered.line.quantity,
        numbered.line.unit_price,
        cast(numbered.line.quantity * numbered.line.unit_price as decimal(18, 4)) as amount,
        orders.currency
    from orders
    inner join numbered on orders.event_id = numbered.event_id
)

select * from final
