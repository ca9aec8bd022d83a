with

bounds as (
    select * from {{ ref('run_bounds') }}
),

behaviour as (
    select
        behaviour.*,
        datediff(bounds.as_of_day, {{ local_day('behaviour.last_ordered_at', 'bounds.time_zone') }})
            as days_since_last_order
    from {{ ref('customer_behaviour') }} as behaviour
    inner join bounds on behaviour.source = bounds.source
),

final as (
    select
        source,
        customer_id,
        as_of,
        coalesce(days_since_last_purchase, days_since_last_order) as recency_days,
        orders as frequency,
        greatest(coalesce(total_spend, 0), 0) as monetary
    from behaviour
    where orders > 0
)

select * from final
