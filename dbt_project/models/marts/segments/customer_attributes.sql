{{ config(materialized='view') }}

with

bounds as (
    select * from {{ ref('run_bounds') }}
),

wanted as (
    select
        source,
        explode(split(segment_by, ',')) as attribute
    from {{ ref('dim_sources') }}
    where segment_by is not null
),

orders as (
    select
        versions.source,
        versions.customer_id,
        versions.attribute,
        {{ newest_known('versions.attribute_value', 'struct(versions.ordered_at, versions.order_id)') }}
            as attribute_value
    from (
        select
            versions.*,
            wanted.attribute,
            nullif(trim(try_element_at(versions.attributes, wanted.attribute)), '') as attribute_value
        from {{ ref('int_order_versions') }} as versions
        inner join wanted on versions.source = wanted.source
        where versions.customer_id is not null
    ) as versions
    inner join bounds on versions.source = bounds.source and {{ known_at('versions', 'bounds.as_of') }}
    group by versions.source, versions.customer_id, versions.attribute
),

known as (
    select
        customers.source,
        customers.customer_id,
        wanted.attribute,
        coalesce(
            nullif(trim(try_element_at(customers.attributes, wanted.attribute)), ''), orders.attribute_value
        ) as attribute_value
    from {{ ref('dim_customers') }} as customers
    inner join wanted on customers.source = wanted.source
    left join orders
        on
            customers.source = orders.source
            and customers.customer_id = orders.customer_id
            and wanted.attribute = orders.attribute
),

sizes as (
    select
        *,
        count(*) over (partition by source, attribute, attribute_value) as customers
    from known
    where attribute_value is not null
),

places as (
    select
        *,
        dense_rank() over (partition by source, attribute order by customers desc, attribute_value asc) as place
    from sizes
),

final as (
    select
        source,
        customer_id,
        attribute,
        if(place <= {{ var('values_per_attribute') }}, attribute_value, 'other values') as attribute_value
    from places
)

select * from final
