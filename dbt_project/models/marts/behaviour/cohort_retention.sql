with

bounds as (
    select * from {{ ref('run_bounds') }}
),

months as (
    select
        days.source,
        days.customer_id,
        cast(date_trunc('month', days.happened_on) as date) as month_on,
        sum(days.gross_amount) as gross_revenue
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    where days.orders > 0
    group by days.source, days.customer_id, cast(date_trunc('month', days.happened_on) as date)
),

cohort_months as (
    select
        *,
        min(month_on) over (partition by source, customer_id) as cohort_on
    from months
),

counts as (
    select
        source,
        cohort_on,
        cast(months_between(month_on, cohort_on) as int) as months_since,
        count(*) as active_customers,
        sum(gross_revenue) as gross_revenue
    from cohort_months
    group by source, cohort_on, cast(months_between(month_on, cohort_on) as int)
),

cohorts as (
    select
        counts.source,
        counts.cohort_on,
        counts.active_customers as cohort_customers,
        date_trunc('month', date_sub(bounds.as_of_day, 1)) as newest_month
    from counts
    inner join bounds on counts.source = bounds.source
    where counts.months_since = 0
),

-- a month in which nobody came back is a row too
grid as (
    select
        *,
        explode(sequence(0, cast(months_between(newest_month, cohort_on) as int))) as months_since
    from cohorts
),

final as (
    select
        grid.source,
        grid.cohort_on,
        grid.months_since,
        grid.cohort_customers,
        coalesce(counts.active_customers, 0) as active_customers,
        {{ share('coalesce(counts.active_customers, 0)', 'grid.cohort_customers') }} as retention,
        cast(coalesce(counts.gross_revenue, 0) as decimal(18, 4)) as gross_revenue
    from grid
    left join counts
        on
            grid.source = counts.source
            and grid.cohort_on = counts.cohort_on
            and grid.months_since = counts.months_since
)

select * from final
