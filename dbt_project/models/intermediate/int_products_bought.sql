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
    inner join bounds on order_lines.source = bounds.source and {{ known_at('order_lines', 'bounds.as_of') }}
    where
        order_lines.is_product
        and order_lines.ordered_at >= {{ midnight_before('bounds', var('trailing_days')) }}
        -- says what is true of all sources of the versions, by which they are sorted
        and order_lines.recorded_at >= {{ trailing_from() }}
    group by order_lines.source, order_lines.order_id, order_lines.product_id
)

select * from final
