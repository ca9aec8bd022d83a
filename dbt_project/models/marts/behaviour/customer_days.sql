with

bounds as (
    select * from {{ ref('run_bounds') }}
),

days as (
    select
        days.*,
        bounds.as_of,
        row_number() over (partition by days.source, days.customer_id order by days.happened_on desc) as place
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    -- what was corrected away has left a day of zeros
    where days.orders > 0 or days.returns > 0 or days.ratings > 0
),

final as (
    select
        source,
        customer_id,
        happened_on,
        orders,
        items,
        gross_amount,
        returns,
        returned_amount,
        currency,
        discount_applied,
        ratings,
        last_rating,
        as_of
    from days
    -- so many a person reads; without a bound the table would grow with history, and an export writes all of it
    where place <= {{ var('customer_days_kept') }}
)

select * from final
