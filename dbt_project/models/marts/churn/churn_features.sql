with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- the run's day, to score; the days before it, to train, to calibrate and to test
cuts as (
    select
        bounds.source,
        cut.days_before,
        date_sub(bounds.as_of_day, cut.days_before) as as_of_day,
        {{ midnight_before('bounds', 'cut.days_before') }} as as_of
    from bounds lateral view explode(array({{ var('cut_days') | join(', ') }})) cut as days_before
),

totals as (
    select
        days.source,
        days.customer_id,
        cuts.as_of,
        cuts.days_before,
        cuts.as_of_day,
        min(days.happened_on) filter (where days.orders > 0) as first_ordered_on,
        max(days.happened_on) filter (where days.orders > 0) as last_ordered_on,
        sum(days.orders) as orders,
        sum(days.gross_amount - days.returned_amount) as amount
    from {{ ref('int_customer_days') }} as days
    inner join cuts on days.source = cuts.source and {{ known_by('days', 'cuts.as_of_day') }}
    group by days.source, days.customer_id, cuts.as_of, cuts.days_before, cuts.as_of_day
),

final as (
    select
        source,
        customer_id,
        as_of,
        days_before,
        datediff(as_of_day, last_ordered_on) as recency_days,
        orders as frequency,
        cast(greatest(amount, 0) as decimal(18, 4)) as monetary,
        datediff(as_of_day, first_ordered_on) as tenure_days
    from totals
    where orders > 0
)

select * from final
