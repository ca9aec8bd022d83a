with

bounds as (
    select * from {{ ref('run_bounds') }}
),

sales as (
    select
        hours.source,
        hours.currency,
        hours.happened_on as sold_on,
        sum(hours.orders) as orders,
        sum(hours.guest_orders) as guest_orders,
        sum(hours.items) as items,
        sum(hours.returns) as returns,
        cast(sum(hours.gross_amount) as decimal(18, 4)) as gross_revenue,
        cast(sum(hours.returned_amount) as decimal(18, 4)) as returned_amount,
        cast(sum(hours.gross_amount - hours.returned_amount) as decimal(18, 4)) as net_revenue
    from {{ ref('int_sales_hours') }} as hours
    inner join bounds on hours.source = bounds.source and {{ known_by('hours', 'bounds.as_of_day') }}
    where hours.orders + hours.returns > 0
    group by hours.source, hours.currency, hours.happened_on
),

-- in one currency, as a source has but one
buyers as (
    select
        days.source,
        days.happened_on as sold_on,
        count(*) as buyers
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    where days.orders > 0
    group by days.source, days.happened_on
),

final as (
    select
        sales.source,
        sales.currency,
        sales.sold_on,
        sales.orders,
        sales.guest_orders,
        coalesce(buyers.buyers, 0) as buyers,
        sales.items,
        sales.returns,
        sales.gross_revenue,
        sales.returned_amount,
        sales.net_revenue
    from sales
    left join buyers on sales.source = buyers.source and sales.sold_on = buyers.sold_on
)

select * from final
