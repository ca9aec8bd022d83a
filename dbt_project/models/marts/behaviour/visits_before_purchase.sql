with

bounds as (
    select * from {{ ref('run_bounds') }}
),

moments as (
    select
        visits.source,
        visits.customer_id,
        visits.recorded_at as happened_at,
        cast(null as timestamp) as ordered_at,
        visits.channel,
        coalesce(visits.device, 'unknown') as device,
        visits.visit_seconds,
        visits.products_viewed,
        visits.products_in_cart
    from {{ ref('int_visit_versions') }} as visits
    inner join bounds on visits.source = bounds.source and {{ known_at('visits', 'bounds.as_of') }}
    where
        visits.customer_id is not null and visits.recorded_at >= {{ trailing_from() }}
        and visits.recorded_at >= {{ midnight_before('bounds', var('trailing_days')) }}
    union all
    select
        versions.source,
        versions.customer_id,
        versions.ordered_at as happened_at,
        versions.ordered_at,
        null as channel,
        null as device,
        null as visit_seconds,
        null as products_viewed,
        null as products_in_cart
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on versions.source = bounds.source and {{ known_at('versions', 'bounds.as_of') }}
    where
        versions.customer_id is not null and versions.recorded_at >= {{ trailing_from() }}
        and versions.recorded_at >= {{ midnight_before('bounds', var('trailing_days')) }}
),

-- backwards, as Spark counts a window that grows in one pass, and begins again at each row of one that shrinks
times_to_order as (
    select
        *,
        min(ordered_at) over (
            partition by source, customer_id
            order by happened_at desc
            range between unbounded preceding and current row
        ) - happened_at as time_to_order
    from moments
),

visits as (
    select
        *,
        products_in_cart > 0 as has_cart,
        coalesce(time_to_order <= interval 1 day, false) as is_bought_in_a_day,
        coalesce(time_to_order <= interval 7 days, false) as is_bought_in_a_week
    from times_to_order
    where channel is not null
),

final as (
    select
        source,
        channel,
        device,
        has_cart,
        count(*) as visits,
        count_if(is_bought_in_a_day) as visits_before_purchase_in_a_day,
        count_if(is_bought_in_a_week) as visits_before_purchase_in_a_week,
        {{ share('count_if(is_bought_in_a_day)', 'count(*)') }} as conversion_in_a_day,
        {{ share('count_if(is_bought_in_a_week)', 'count(*)') }} as conversion_in_a_week,
        cast(avg(cast(visit_seconds as decimal(9, 0))) as decimal(9, 2)) as average_seconds,
        cast(avg(cast(products_viewed as decimal(9, 0))) as decimal(9, 2)) as average_products_viewed
    from visits
    group by source, channel, device, has_cart
)

select * from final
