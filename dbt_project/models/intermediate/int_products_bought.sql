{{ config(materialized='table', file_format='delta') }}

with

bounds as (
    select * from {{ ref('run_bounds') }}
),

order_lines as (
    select * from {{ ref('int_order_lines') }}
),

final as (
    select
        order_lines.source,
        order_lines.order_id,
        order_lines.product_id,
        min(order_lines.customer_id) as customer_id,
        sum(order_lines.quantity) as quantity,
        cast(sum(order_lines.amount) as decimal(18, 4)) as amount
    from order_lines
    inner join bounds on {{ known_at('order_lines', 'bounds.as_of') }}
    where
        order_lines.is_product
        and order_lines.ordered_at >= {{ trailing_from() }}
        -- says the same of the versions, by which they are sorted
        and order_lines.recorded_at >= {{ trailing_from() }}
    group by order_lines.source, order_lines.order_id, order_lines.product_id
)

select * from final
