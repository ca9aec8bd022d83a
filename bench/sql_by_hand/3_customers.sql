-- Segments and churn: features, labels, thirds and who moved.

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
