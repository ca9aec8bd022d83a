-- What is sold when, how often customers buy, and whether they come back.

create table sales_daily as
with returned as (
    select source, cast(returned_at as date) as sold_on, count(*) as returns, sum(gross_amount) as returned_amount
    from fct_returns
    group by all
),

sold as (
    select
        source, cast(ordered_at as date) as sold_on, count(*) as orders, count_if(customer_id is null) as guest_orders,
        count(distinct customer_id) as buyers, sum(items) as items, sum(gross_amount) as gross_revenue
    from fct_orders
    group by all
)

select *, gross_revenue - coalesce(returned_amount, 0) as net_revenue
from sold
full join returned using (source, sold_on);

create table purchase_calendar as
with counts as (
    select
        source, currency, month(ordered_at) % 12 // 3 as season, isodow(ordered_at) as iso_weekday,
        hour(ordered_at) as hour_of_day, count(*) as orders, sum(items) as items, sum(gross_amount) as gross_revenue
    from fct_orders
    group by all
)

select *, orders / sum(orders) over (partition by source) as order_share from counts;

create table buying_frequency as
with gaps as (
    select
        source, customer_id, happened_on,
        date_diff('day', lag(happened_on) over (partition by source, customer_id order by happened_on), happened_on)
            as gap_days
    from int_customer_days
    where orders > 0
)

select
    source, customer_id, count(*) as purchase_days, avg(gap_days) as average_gap_days,
    quantile_cont(gap_days, 0.5) as median_gap_days, max(gap_days) as longest_gap_days,
    date_diff('day', max(happened_on), any_value(as_of)) as recency_days
from gaps
cross join run_bounds
group by all;

create table cohort_retention as
with months as (
    select source, customer_id, date_trunc('month', happened_on) as month_on, sum(gross_amount) as gross_revenue
    from int_customer_days
    where orders > 0
    group by all
),

placed as (select *, min(month_on) over (partition by source, customer_id) as cohort_on from months),

counts as (
    select
        source, cohort_on, date_diff('month', cohort_on, month_on) as months_since, count(*) as active_customers,
        sum(gross_revenue) as gross_revenue
    from placed
    group by all
),

grid as (
    select
        source, cohort_on, active_customers as cohort_customers,
        unnest(range(0, date_diff('month', cohort_on, date_trunc('month', as_of - interval 1 day)) + 1)) as months_since
    from counts
    cross join run_bounds
    where months_since = 0
)

select *, coalesce(active_customers, 0) / cohort_customers as retention
from grid
left join counts using (source, cohort_on, months_since);
