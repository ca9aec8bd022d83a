with

bounds as (
    select * from {{ ref('run_bounds') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

last_ratings as (
    select
        days.source,
        days.customer_id,
        cast(max(days.happened_on) as timestamp) as rated_on,
        max_by(days.last_rating, days.happened_on) as last_rating
    from {{ ref('int_customer_days') }} as days
    inner join bounds on {{ known_by('days', 'bounds.as_of') }}
    left join openings on days.source = openings.source and days.customer_id = openings.customer_id
    where
        days.ratings > 0
        and (openings.customer_id is null or days.happened_on >= openings.snapshot_as_of)
    group by days.source, days.customer_id
),

levels as (
    select
        customers.source,
        customers.customer_id,
        openings.snapshot_as_of,
        coalesce(last_ratings.rated_on, openings.snapshot_as_of) as as_of,
        coalesce({{ satisfaction_of('last_ratings.last_rating') }}, openings.satisfaction_level) as satisfaction_level,
        coalesce(last_ratings.rated_on + make_dt_interval(1), openings.snapshot_as_of) as level_known_at
    from {{ ref('dim_customers') }} as customers
    left join last_ratings
        on customers.source = last_ratings.source and customers.customer_id = last_ratings.customer_id
    left join openings on customers.source = openings.source and customers.customer_id = openings.customer_id
),

shops as (
    select source
    from levels
    where satisfaction_level is not null
    group by source
),

-- to learn from: just before the level was known; to score: the run's day, where anything can be learned of the shop
cuts as (
    select *
    from levels
    where satisfaction_level is not null
    union all
    select
        levels.source,
        levels.customer_id,
        levels.snapshot_as_of,
        bounds.as_of,
        null as satisfaction_level,
        null as level_known_at
    from levels
    left semi join shops on levels.source = shops.source
    cross join bounds
),

final as (
    select
        source,
        customer_id,
        as_of,
        max(snapshot_as_of) as snapshot_as_of,
        max(satisfaction_level) as satisfaction_level,
        max(level_known_at) as level_known_at
    from cuts
    group by source, customer_id, as_of
)

select * from final
