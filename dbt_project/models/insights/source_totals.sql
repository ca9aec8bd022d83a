with

bounds as (
    select * from {{ ref('run_bounds') }}
),

orders as (
    select versions.*
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
),

returns as (
    select versions.*
    from {{ ref('int_return_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
),

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

order_totals as (
    select
        source,
        min(currency) as currency,
        count(*) as orders,
        count_if(is_guest) as guest_orders,
        sum(line_count) as order_lines,
        sum(items) as items,
        sum(gross_amount) as gross_revenue,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at
    from orders
    group by source
),

return_totals as (
    select
        source,
        min(currency) as currency,
        count(*) as returns,
        sum(line_count) as return_lines,
        sum(gross_amount) as returned_amount
    from returns
    group by source
),

customer_totals as (
    select
        source,
        count(*) as customers,
        count_if(first_ordered_at is not null) as buyers
    from behaviour
    group by source
),

final as (
    select
        source,
        coalesce(order_totals.currency, return_totals.currency) as currency,
        coalesce(order_totals.orders, 0) as orders,
        coalesce(order_totals.guest_orders, 0) as guest_orders,
        coalesce(order_totals.order_lines, 0) as order_lines,
        coalesce(order_totals.items, 0) as items,
        coalesce(return_totals.returns, 0) as returns,
        coalesce(return_totals.return_lines, 0) as return_lines,
        coalesce(customer_totals.customers, 0) as customers,
        coalesce(customer_totals.buyers, 0) as buyers,
        cast(coalesce(order_totals.gross_revenue, 0) as decimal(18, 4)) as gross_revenue,
        cast(coalesce(return_totals.returned_amount, 0) as decimal(18, 4)) as returned_amount,
        cast(coalesce(order_totals.gross_revenue, 0) - coalesce(return_totals.returned_amount, 0) as decimal(18, 4))
            as net_revenue,
        order_totals.first_ordered_at,
        order_totals.last_ordered_at,
        bounds.as_of
    from order_totals
    full outer join return_totals using (source)
    full outer join customer_totals using (source)
    cross join bounds
)

select * from final
