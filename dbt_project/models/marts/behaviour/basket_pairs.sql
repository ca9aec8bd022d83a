with

-- a basket of very many products says little of any two, and has their square in pairs
baskets as (
    select
        *,
        count(*) over (partition by source, order_id) as products
    from {{ ref('int_products_bought') }}
),

considered as (
    select
        source,
        order_id,
        product_id
    from baskets
    where products <= {{ var('products_per_basket') }}
),

totals as (
    select
        source,
        count(distinct order_id) as orders
    from considered
    group by source
),

products as (
    select
        source,
        product_id,
        count(*) as orders
    from considered
    group by source, product_id
),

pairs as (
    select
        a.source,
        a.product_id as product_a,
        b.product_id as product_b,
        count(*) as orders
    from considered as a
    inner join considered as b
        on a.source = b.source and a.order_id = b.order_id and a.product_id < b.product_id
    group by a.source, a.product_id, b.product_id
    having count(*) >= {{ var('orders_per_pair') }}
),

ranked as (
    select
        *,
        row_number() over (partition by source order by orders desc, product_a asc, product_b asc) as popularity
    from pairs
),

final as (
    select
        ranked.source,
        ranked.product_a,
        ranked.product_b,
        ranked.orders,
        {{ share('ranked.orders', 'totals.orders') }} as support,
        {{ share('ranked.orders', 'a.orders') }} as confidence_a_to_b,
        {{ share('ranked.orders', 'b.orders') }} as confidence_b_to_a,
        {{ lift('ranked.orders', 'a.orders', 'b.orders', 'totals.orders') }} as lift,
        ranked.popularity
    from ranked
    inner join totals on ranked.source = totals.source
    inner join products as a on ranked.source = a.source and ranked.product_a = a.product_id
    inner join products as b on ranked.source = b.source and ranked.product_b = b.product_id
    where ranked.popularity <= {{ var('pairs_per_source') }}
)

select * from final
