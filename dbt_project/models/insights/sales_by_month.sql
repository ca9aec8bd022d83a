with

days as (
    select * from {{ ref('sales_daily') }}
),

final as (
    select
        source,
        currency,
        cast(date_trunc('month', sold_on) as date) as month_on,
        sum(orders) as orders,
        sum(items) as items,
        cast(sum(gross_revenue) as decimal(18, 4)) as gross_revenue,
        cast(sum(returned_amount) as decimal(18, 4)) as returned_amount,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from days
    group by source, currency, cast(date_trunc('month', sold_on) as date)
)

select * from final
