with

bounds as (
    select * from {{ ref('run_bounds') }}
),

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

-- the last rating is the label, so it may not be in a feature
earlier_ratings as (
    select
        days.source,
        days.customer_id,
        cast(sum(days.rating_sum) - max_by(days.last_rating, days.happened_on) as decimal(18, 0))
        / nullif(sum(days.ratings) - 1, 0) as average_rating
    from {{ ref('int_customer_days') }} as days
    inner join openings
        on
            days.source = openings.source
            and days.customer_id = openings.customer_id
            and days.happened_on >= openings.snapshot_as_of
    inner join bounds on {{ known_by('days', 'bounds.as_of') }}
    where days.ratings > 0
    group by days.source, days.customer_id
),

final as (
    select
        behaviour.source,
        behaviour.customer_id,
        behaviour.as_of,
        behaviour.age,
        behaviour.gender,
        behaviour.city,
        behaviour.membership_type,
        behaviour.total_spend,
        behaviour.items_purchased,
        cast(coalesce(earlier_ratings.average_rating, openings.average_rating) as decimal(4, 2)) as average_rating,
        behaviour.discount_applied,
        behaviour.days_since_last_purchase,
        behaviour.satisfaction_level
    from behaviour
    inner join openings on behaviour.source = openings.source and behaviour.customer_id = openings.customer_id
    left join earlier_ratings
        on behaviour.source = earlier_ratings.source and behaviour.customer_id = earlier_ratings.customer_id
)

select * from final
