with

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

ratings as (
    select
        activity.source,
        activity.customer_id,
        activity.rating,
        row_number() over (
            partition by activity.source, activity.customer_id
            order by activity.happened_at desc, activity.activity_id desc
        ) as rating_rank
    from {{ ref('int_customer_activity') }} as activity
    inner join openings on activity.source = openings.source and activity.customer_id = openings.customer_id
    where activity.kind = 'rating' and activity.happened_at >= openings.snapshot_as_of
),

-- the last rating is the label, so it may not be in a feature
earlier_ratings as (
    select
        source,
        customer_id,
        avg(cast(rating as decimal(4, 2))) as average_rating
    from ratings
    where rating_rank > 1
    group by source, customer_id
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
