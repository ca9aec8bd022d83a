-- The marts of an order history as one would write them by hand for DuckDB: each from all of history, every time.
-- `events` is a view of bronze.events' files.

create table fct_orders as
select
    source, order_id, customer_id,
    min(occurred_at) over (partition by source, order_id) as ordered_at,
    occurred_at as recorded_at, currency, discount_applied, lines,
    len(lines) as line_count,
    list_sum(list_transform(lines, lambda line: if(line.is_product, line.quantity, 0))) as items,
    list_sum(list_transform(lines, lambda line: line.quantity * line.unit_price)) as gross_amount,
    list_sum(list_transform(lines, lambda line: if(line.is_product, line.quantity * line.unit_price, 0))) as product_amount
from events
where topic = 'orders' and broken_rule is null
qualify row_number() over (partition by source, order_id order by occurred_at desc, event_id desc) = 1;

create table fct_returns as
select
    source, return_id, customer_id, min(occurred_at) over (partition by source, return_id) as returned_at, currency,
    len(lines) as line_count,
    list_sum(list_transform(lines, lambda line: line.quantity * line.unit_price)) as gross_amount
from events
where topic = 'returns' and broken_rule is null
qualify row_number() over (partition by source, return_id order by occurred_at desc, event_id desc) = 1;

create table run_bounds as
select date_trunc('day', max(occurred_at)) + interval 1 day as as_of
from events
where broken_rule is null;

create table fct_order_items as
select
    source, order_id, customer_id, ordered_at, line.product_id, line.is_product, line.quantity, line.unit_price,
    line.quantity * line.unit_price as amount
from (select *, unnest(lines) as line from fct_orders);

create table int_customer_days as
with activity as (
    select
        source, customer_id, ordered_at as happened_at, 1 as orders, items, gross_amount, 0 as returned_amount, currency,
        discount_applied, ordered_at
    from fct_orders
    where customer_id is not null
    union all
    select source, customer_id, returned_at, 0, 0, 0, gross_amount, currency, null, null
    from fct_returns
    where customer_id is not null
)
select
    source, customer_id, cast(happened_at as date) as happened_on, sum(orders) as orders, sum(items) as items,
    sum(gross_amount) as gross_amount, sum(returned_amount) as returned_amount, min(ordered_at) as first_ordered_at,
    max(ordered_at) as last_ordered_at, arg_max(discount_applied, happened_at) as discount_applied,
    min(currency) as currency
from activity
group by all;

create table dim_customers as
select distinct source, customer_id from int_customer_days;

create table customer_behaviour as
select
    source, customer_id, sum(gross_amount - returned_amount) as total_spend, sum(items) as items_purchased,
    arg_max(discount_applied, happened_on) as discount_applied,
    date_diff('day', max(last_ordered_at), any_value(as_of)) as days_since_last_purchase, sum(orders) as orders,
    min(first_ordered_at) as first_ordered_at, max(last_ordered_at) as last_ordered_at, min(currency) as currency,
    any_value(as_of) as as_of
from int_customer_days
cross join run_bounds
group by all;

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

create table segment_features as
select
    source, customer_id, as_of, days_since_last_purchase as recency_days, orders as frequency,
    greatest(total_spend, 0) as monetary
from customer_behaviour
where orders > 0;

create table churn_features as
with cuts as (select as_of - to_days(days) as as_of from run_bounds, unnest([0, 90, 180, 210, 240, 270]) as cut (days))

select
    source, customer_id, as_of, date_diff('day', max(last_ordered_at), as_of) as recency_days, sum(orders) as frequency,
    greatest(sum(gross_amount - returned_amount), 0) as monetary,
    date_diff('day', min(first_ordered_at), as_of) as tenure_days
from int_customer_days
inner join cuts on happened_on < as_of
group by source, customer_id, as_of
having sum(orders) > 0;

create table churn_labels as
select features.source, features.customer_id, features.as_of, count(days.orders) = 0 as is_churned
from churn_features as features
inner join run_bounds as bounds on features.as_of + interval 90 days <= bounds.as_of
left join int_customer_days as days
    on
        features.source = days.source and features.customer_id = days.customer_id and days.orders > 0
        and days.happened_on >= features.as_of and days.happened_on < features.as_of + interval 90 days
group by all;

create table scores as
select
    source, customer_id, as_of,
    1 + floor(least(percent_rank() over (partition by source, as_of order by recency_days desc), 0.999) * 3) as recency,
    1 + floor(least(percent_rank() over (partition by source, as_of order by frequency), 0.999) * 3) as frequency,
    1 + floor(least(percent_rank() over (partition by source, as_of order by monetary), 0.999) * 3) as monetary
from churn_features
where as_of in (select as_of from run_bounds union all select as_of - interval 90 days from run_bounds);

create table named as
select
    *,
    case
        when recency = 3 and frequency = 3 and monetary = 3 then 'champions'
        when recency >= 2 and frequency >= 2 then 'loyal'
        when recency = 3 then 'new or returning'
        when recency = 2 then 'occasional'
        when frequency >= 2 or monetary = 3 then 'slipping away'
        else 'lost'
    end as rfm_segment
from scores;

create table customer_segments as
select behaviour.source, behaviour.customer_id, named.recency, named.frequency, named.monetary, named.rfm_segment
from customer_behaviour as behaviour
left join named using (source, customer_id, as_of);

create table segment_movements as
select present.*, past.rfm_segment as from_segment
from named as present
inner join run_bounds on present.as_of = run_bounds.as_of
left join named as past
    on
        present.source = past.source and present.customer_id = past.customer_id
        and past.as_of = present.as_of - interval 90 days
where past.rfm_segment is distinct from present.rfm_segment;

create table int_products_bought as
select source, order_id, product_id, min(customer_id) as customer_id, sum(quantity) as quantity, sum(amount) as amount
from fct_order_items
where is_product
group by all;

create table product_preferences as
with purchases as (select distinct source, customer_id, product_id from int_products_bought where customer_id is not null),

groups as (
    select source, customer_id, 'everybody' as dimension, 'everybody' as dimension_value from customer_segments
    union all
    select source, customer_id, 'rfm_segment', rfm_segment from customer_segments where rfm_segment is not null
),

members as (
    select *, count(*) over (partition by source, dimension, dimension_value) as group_buyers
    from groups
    semi join purchases using (source, customer_id)
),

counts as (
    select source, dimension, dimension_value, group_buyers, product_id, count(*) as buyers
    from members
    inner join purchases using (source, customer_id)
    group by all
)

select
    *,
    max(if(dimension = 'everybody', buyers, null)) over (partition by source, product_id) as all_buyers,
    row_number() over (partition by source, dimension, dimension_value order by buyers desc, product_id) as popularity
from counts
qualify popularity <= 50;

create table basket_pairs as
with considered as (
    select source, order_id, product_id
    from int_products_bought
    qualify count(*) over (partition by source, order_id) <= 30
),

totals as (select source, count(distinct order_id) as all_orders from considered group by all),

products as (select source, product_id, count(*) as orders from considered group by all),

pairs as (
    select a.source, a.product_id as product_a, b.product_id as product_b, count(*) as orders
    from considered as a
    inner join considered as b
        on a.source = b.source and a.order_id = b.order_id and a.product_id < b.product_id
    group by all
    having count(*) >= 5
),

ranked as (
    select *, row_number() over (partition by source order by orders desc, product_a, product_b) as popularity from pairs
)

select
    ranked.*, ranked.orders / all_orders as support, ranked.orders / a.orders as confidence_a_to_b,
    ranked.orders / b.orders as confidence_b_to_a, ranked.orders * all_orders / (a.orders * b.orders) as lift
from ranked
inner join totals using (source)
inner join products as a on ranked.source = a.source and ranked.product_a = a.product_id
inner join products as b on ranked.source = b.source and ranked.product_b = b.product_id
where popularity <= 1000;
