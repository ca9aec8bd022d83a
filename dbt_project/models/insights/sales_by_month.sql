with

bounds as (
    select * from {{ ref('run_bounds') }}
),

sales as (
    select
        versions.source,
        versions.currency,
        versions.ordered_at as sold_at,
        1 as orders,
        versions.items,
        versions.gross_amount,
        0 as returned_amount
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    union all
    select
        versions.source,
        versions.currency,
        versions.returned_at as sold_at,
        0 as orders,
        0 as items,
        0 as gross_amount,
        versions.gross_amount as returned_amount
    from {{ ref('int_return_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
),

final as (
    select
        source,
        currency,
        cast(date_trunc('month', sold_at) as date) as month_on,
        sum(orders) as orders,
        sum(items) as items,
        cast(sum(gross_amount) as decimal(18, 4)) as gross_revenue,
        cast(sum(returned_amount) as decimal(18, 4)) as returned_amount,
        cast(sum(gross_amount) - sum(returned_amount) as decimal(18, 4)) as net_revenue
    from sales
    group by source, currency, cast(date_trunc('month', sold_at) as date)
)

select * from final
