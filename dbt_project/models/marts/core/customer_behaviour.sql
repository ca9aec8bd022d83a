with

bounds as (
    select * from {{ ref('run_bounds') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

days as (
    select days.*
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
),

-- what happened before the opening balance is in it already, whenever it arrived
days_by_opening as (
    select
        days.*,
        openings.customer_id is null or days.happened_on >= openings.snapshot_on as is_counted
    from days
    left join openings on days.source = openings.source and days.customer_id = openings.customer_id
),

totals as (
    select
        source,
        customer_id,
        sum(gross_amount - returned_amount) filter (where is_counted) as amount,
        sum(items) filter (where is_counted) as items,
        cast(sum(rating_sum) filter (where is_counted) as decimal(18, 0))
        / nullif(sum(ratings) filter (where is_counted), 0) as average_rating,
        max_by(last_rating, happened_on) filter (where is_counted and last_rating is not null) as last_rating,
        max_by(discount_applied, happened_on) filter (where is_counted and discount_applied is not null)
            as discount_applied,
        max(happened_on) filter (where is_counted and orders > 0) as last_counted_order_on,
        nullif(sum(orders), 0) as orders,
        min(first_ordered_at) as first_ordered_at,
        max(last_ordered_at) as last_ordered_at,
        min(currency) as currency
    from days_by_opening
    group by source, customer_id
),

final as (
    select
        customers.*,
        {{ balance_columns('openings', 'totals', 'bounds.as_of_day') }},
        coalesce({{ satisfaction_of('totals.last_rating') }}, openings.satisfaction_level) as satisfaction_level,
        -- a totals file does not say how many orders its totals are of
        coalesce(totals.orders, if(openings.customer_id is null, 0, null)) as orders,
        totals.first_ordered_at,
        totals.last_ordered_at,
        totals.currency,
        bounds.as_of
    from customers
    inner join bounds on customers.source = bounds.source
    left join openings on customers.source = openings.source and customers.customer_id = openings.customer_id
    left join totals on customers.source = totals.source and customers.customer_id = totals.customer_id
)

select * from final
