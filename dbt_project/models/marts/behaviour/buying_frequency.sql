with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- two orders on one day are one purchase
days as (
    select
        days.source,
        days.customer_id,
        days.happened_on as bought_on
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    where days.orders > 0
),

gaps as (
    select
        source,
        customer_id,
        bought_on,
        datediff(bought_on, lag(bought_on) over (partition by source, customer_id order by bought_on)) as gap_days
    from days
),

final as (
    select
        gaps.source,
        gaps.customer_id,
        count(*) as purchase_days,
        cast(avg(cast(gaps.gap_days as decimal(9, 0))) as decimal(9, 2)) as average_gap_days,
        cast(percentile(gaps.gap_days, 0.5) as decimal(9, 1)) as median_gap_days,
        max(gaps.gap_days) as longest_gap_days,
        datediff(min(bounds.as_of_day), max(gaps.bought_on)) as recency_days,
        -- silent for longer than ever before
        datediff(min(bounds.as_of_day), max(gaps.bought_on)) > max(gaps.gap_days) as is_overdue,
        min(bounds.as_of) as as_of
    from gaps
    inner join bounds on gaps.source = bounds.source
    group by gaps.source, gaps.customer_id
)

select * from final
