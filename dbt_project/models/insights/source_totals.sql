with

bounds as (
    select * from {{ ref('run_bounds') }}
),

sales as (
    select hours.*
    from {{ ref('int_sales_hours') }} as hours
    inner join bounds on hours.source = bounds.source and {{ known_by('hours', 'bounds.as_of_day') }}
    where hours.orders + hours.returns > 0
),

customers as (
    select
        source,
        count(*) as customers,
        count(first_ordered_at) as buyers
    from {{ ref('customer_behaviour') }}
    group by source
),

totals as (
    select
        source,
        min(currency) as currency,
        sum(orders) as orders,
        sum(guest_orders) as guest_orders,
        sum(order_lines) as order_lines,
        sum(items) as items,
        sum(returns) as returns,
        sum(return_lines) as return_lines,
        cast(sum(gross_amount) as decimal(18, 4)) as gross_revenue,
        cast(sum(returned_amount) as decimal(18, 4)) as returned_amount,
        min(first_ordered_at) as first_ordered_at,
        max(last_ordered_at) as last_ordered_at
    from sales
    group by source
),

-- a source of totals files alone has customers and no sales, one of guests alone the reverse
sources as (
    select source from totals
    union distinct
    select source from customers
),

final as (
    select
        sources.source,
        totals.currency,
        coalesce(totals.orders, 0) as orders,
        coalesce(totals.guest_orders, 0) as guest_orders,
        coalesce(totals.order_lines, 0) as order_lines,
        coalesce(totals.items, 0) as items,
        coalesce(totals.returns, 0) as returns,
        coalesce(totals.return_lines, 0) as return_lines,
        coalesce(customers.customers, 0) as customers,
        coalesce(customers.buyers, 0) as buyers,
        cast(coalesce(totals.gross_revenue, 0) as decimal(18, 4)) as gross_revenue,
        cast(coalesce(totals.returned_amount, 0) as decimal(18, 4)) as returned_amount,
        cast(coalesce(totals.gross_revenue - totals.returned_amount, 0) as decimal(18, 4)) as net_revenue,
        totals.first_ordered_at,
        totals.last_ordered_at,
        bounds.as_of
    from sources
    inner join bounds on sources.source = bounds.source
    left join totals on sources.source = totals.source
    left join customers on sources.source = customers.source
)

select * from final
