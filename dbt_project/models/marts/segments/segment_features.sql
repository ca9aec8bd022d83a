with

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

final as (
    select
        source,
        customer_id,
        as_of,
        coalesce(days_since_last_purchase, datediff(as_of, last_ordered_at)) as recency_days,
        orders as frequency,
        greatest(coalesce(total_spend, 0), 0) as monetary
    from behaviour
    where orders > 0
)

select * from final
