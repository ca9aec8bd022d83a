with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- the run's day, to score; the days before it, to train, to calibrate and to test
cuts as (
    select explode(transform(array(0, 90, 180, 210, 240), days -> as_of - make_dt_interval(days))) as as_of
    from bounds
),

orders as (
    select
        versions.source,
        versions.customer_id,
        cuts.as_of,
        min(versions.ordered_at) as first_ordered_at,
        max(versions.ordered_at) as last_ordered_at,
        count(*) as orders,
        sum(versions.gross_amount) as amount
    from {{ ref('int_order_versions') }} as versions
    inner join cuts on {{ known_at('versions', 'cuts.as_of') }}
    where versions.customer_id is not null
    group by versions.source, versions.customer_id, cuts.as_of
),

returns as (
    select
        versions.source,
        versions.customer_id,
        cuts.as_of,
        sum(versions.gross_amount) as amount
    from {{ ref('int_return_versions') }} as versions
    inner join cuts on {{ known_at('versions', 'cuts.as_of') }}
    where versions.customer_id is not null
    group by versions.source, versions.customer_id, cuts.as_of
),

final as (
    select
        orders.source,
        orders.customer_id,
        orders.as_of,
        datediff(orders.as_of, orders.last_ordered_at) as recency_days,
        orders.orders as frequency,
        cast(greatest(orders.amount - coalesce(returns.amount, 0), 0) as decimal(18, 4)) as monetary,
        datediff(orders.as_of, orders.first_ordered_at) as tenure_days
    from orders
    left join returns
        on
            orders.source = returns.source
            and orders.customer_id = returns.customer_id
            and orders.as_of = returns.as_of
)

select * from final
