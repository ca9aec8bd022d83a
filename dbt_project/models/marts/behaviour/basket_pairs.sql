with

-- a basket of very many products says little of any two, and has their square in pairs
baskets as (
    select
        *,
        count(*) over (partition by source, order_id) as products
    from {{ ref('int_products_bought') }}
),

considered as (
    select * from baskets
    where products <= {{ var('products_per_basket') }}
),

totals as (
    select
        source,
        count(distinct order_id) as orders
    from considered
    group by source
),

-- numbered, as pairs of numbers take a fraction of what pairs of texts take to count
products as (
    select
        source,
        product_id,
        count(*) as orders,
        row_number() over (order by source, product_id) as place
    from considered
    group by source, product_id
),

-- a product of too few baskets is in no pair
candidates as (
    select
        considered.source,
        considered.order_id,
        products.place
    from considered
    inner join products on considered.source = products.source and considered.product_id = products.product_id
    where products.orders >= {{ var('orders_per_pair') }}
),

pairs as (
    select
        a.place as place_a,
        b.place as place_b,
        count(*) as orders
    from candidates as a
    inner join candidates as b on a.source = b.source and a.order_id = b.order_id and a.place < b.place
    group by a.place, b.place
    having count(*) >= {{ var('orders_per_pair') }}
),

final as (
    select
        a.source,
        a.product_id as product_a,
        b.product_id as product_b,
        pairs.orders,
        {{ share('pairs.orders', 'totals.orders') }} as support,
        {{ share('pairs.orders', 'a.orders') }} as confidence_a_to_b,
        {{ share('pairs.orders', 'b.orders') }} as confidence_b_to_a,
        {{ lift('pairs.orders', 'a.orders', 'b.orders', 'totals.orders') }} as lift,
        row_number() over (
            partition by a.source
            order by pairs.orders desc, pairs.place_a asc, pairs.place_b asc
        ) as popularity
    from pairs
    inner join products as a on pairs.place_a = a.place
    inner join products as b on pairs.place_b = b.place
    inner join totals on a.source = totals.source
)

select * from final
where popularity <= {{ var('pairs_per_source') }}
