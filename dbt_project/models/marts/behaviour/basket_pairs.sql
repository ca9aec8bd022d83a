with

-- pairs of numbers take a fraction of what pairs of texts take to count
products as (
    select
        source,
        product_id,
        row_number() over (order by source, product_id) as place
    from {{ ref('int_products_bought') }}
    group by source, product_id
),

-- a basket of very many products says little of any two, and has their square in pairs
baskets as (
    select /*+ broadcast(products) */
        purchases.source,
        purchases.order_id,
        sort_array(collect_list(products.place)) as places
    from {{ ref('int_products_bought') }} as purchases
    inner join products on purchases.source = products.source and purchases.product_id = products.product_id
    group by purchases.source, purchases.order_id
    having count(*) <= {{ var('products_per_basket') }}
),

totals as (
    select
        source,
        -- of the places, so that these are the same baskets as below, which Spark then fills once
        count_if(size(places) > 0) as orders
    from baskets
    group by source
),

contents as (
    select
        places,
        posexplode(places) as (nth, place)
    from baskets
),

product_orders as (
    select
        place,
        count(*) as orders
    from contents
    group by place
),

pairs as (
    select
        place as place_a,
        place_b,
        count(*) as orders
    from contents lateral view explode(slice(places, nth + 2, size(places))) as place_b
    group by place, place_b
    having count(*) >= {{ var('orders_per_pair') }}
),

final as (
    select
        a.source,
        a.product_id as product_a,
        b.product_id as product_b,
        pairs.orders,
        {{ share('pairs.orders', 'totals.orders') }} as support,
        {{ share('pairs.orders', 'sold_a.orders') }} as confidence_a_to_b,
        {{ share('pairs.orders', 'sold_b.orders') }} as confidence_b_to_a,
        {{ lift('pairs.orders', 'sold_a.orders', 'sold_b.orders', 'totals.orders') }} as lift,
        row_number() over (partition by a.source order by pairs.orders desc, pairs.place_a asc, pairs.place_b asc)
            as popularity
    from pairs
    inner join products as a on pairs.place_a = a.place
    inner join products as b on pairs.place_b = b.place
    inner join product_orders as sold_a on pairs.place_a = sold_a.place
    inner join product_orders as sold_b on pairs.place_b = sold_b.place
    inner join totals on a.source = totals.source
)

select * from final
where popularity <= {{ var('pairs_per_source') }}
