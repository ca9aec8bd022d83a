with

purchases as (
    select distinct
        source,
        customer_id,
        product_id
    from {{ ref('int_products_bought') }}
    where customer_id is not null
),

groups as (
    select * from {{ ref('customer_groups') }}
),

members as (
    select
        groups.*,
        count(*) over (partition by groups.source, groups.dimension, groups.dimension_value) as group_buyers
    from groups
    left semi join purchases on groups.source = purchases.source and groups.customer_id = purchases.customer_id
),

counts as (
    select
        members.source,
        members.dimension,
        members.dimension_value,
        members.group_buyers,
        purchases.product_id,
        count(*) as buyers
    from members
    inner join purchases on members.source = purchases.source and members.customer_id = purchases.customer_id
    group by members.source, members.dimension, members.dimension_value, members.group_buyers, purchases.product_id
),

popularities as (
    select
        *,
        max(if(dimension = 'everybody', buyers, null)) over (partition by source, product_id) as all_buyers,
        max(if(dimension = 'everybody', group_buyers, null)) over (partition by source, product_id) as source_buyers,
        row_number() over (
            partition by source, dimension, dimension_value
            order by buyers desc, product_id asc
        ) as popularity
    from counts
),

final as (
    select
        source,
        dimension,
        dimension_value,
        group_buyers,
        product_id,
        buyers,
        {{ share('buyers', 'group_buyers') }} as buyer_share,
        {{ share('all_buyers', 'source_buyers') }} as overall_share,
        {{ lift('buyers', 'group_buyers', 'all_buyers', 'source_buyers') }} as lift,
        popularity
    from popularities
    where popularity <= {{ var('products_per_group') }}
)

select * from final
