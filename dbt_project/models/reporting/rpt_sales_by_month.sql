with

days as (
    select * from {{ ref('sales_daily') }}
),

final as (
    select
        source,
        currency,
        cast(date_trunc('month', cast(sold_on as timestamp)) as date) as month_on,
        cast(sum(orders) as bigint) as orders,
        cast(sum(items) as bigint) as items,
        cast(sum(gross_revenue) as numeric(18, 4)) as gross_revenue,
        cast(sum(returned_amount) as numeric(18, 4)) as returned_amount,
        cast(sum(net_revenue) as numeric(18, 4)) as net_revenue
    from days
    group by source, currency, month_on
)

select * from final
