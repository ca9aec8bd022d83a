-- Which products are preferred and bought together.

create table int_products_bought as
select source, order_id, product_id, min(customer_id) as customer_id, sum(quantity) as quantity, sum(amount) as amount
from fct_order_items
where is_product and ordered_at >= (select as_of - interval 730 days from run_bounds)
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
