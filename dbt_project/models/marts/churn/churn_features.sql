with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- the run's day, to score; the days before it, to train, to calibrate and to test
cuts as (
    select
        explode(transform(array({{ var('cut_days') | join(', ') }}), days -> as_of - make_dt_interval(days))) as as_of
    from bounds
),

totals as (
    select
        days.source,
        days.customer_id,
        cuts.as_of,
        min(days.first_ordered_at) as first_ordered_at,
        max(days.last_ordered_at) as last_ordered_at,
        sum(days.orders) as orders,
        sum(days.gross_amount - days.returned_amount) as amount
    from {{ ref('int_customer_days') }} as days
    inner join cuts on {{ known_by('days', 'cuts.as_of') }}
    group by days.source, days.customer_id, cuts.as_of
),

final as (
    select
        source,
        customer_id,
        as_of,
        datediff(as_of, last_ordered_at) as recency_days,
        orders as frequency,
        cast(greatest(amount, 0) as decimal(18, 4)) as monetary,
        datediff(as_of, first_ordered_at) as tenure_days
    from totals
    where orders > 0
)

select * from final
