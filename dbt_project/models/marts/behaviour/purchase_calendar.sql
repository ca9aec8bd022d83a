with

bounds as (
    select * from {{ ref('run_bounds') }}
),

hours as (
    select
        hours.*,
        {{ season_of('hours.happened_on') }} as season,
        weekday(hours.happened_on) + 1 as iso_weekday
    from {{ ref('int_sales_hours') }} as hours
    inner join bounds on hours.source = bounds.source and {{ known_by('hours', 'bounds.as_of_day') }}
    where hours.orders > 0
),

counts as (
    select
        source,
        currency,
        season,
        iso_weekday,
        hour_of_day,
        sum(orders) as orders,
        sum(items) as items,
        sum(gross_amount) as gross_revenue
    from hours
    group by source, currency, season, iso_weekday, hour_of_day
),

final as (
    select
        source,
        currency,
        season,
        iso_weekday,
        hour_of_day,
        orders,
        {{ share('orders', 'sum(orders) over (partition by source)') }} as order_share,
        items,
        cast(gross_revenue as decimal(18, 4)) as gross_revenue
    from counts
)

select * from final
