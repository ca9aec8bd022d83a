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
        max(days.happened_on) as rated_on,
        max_by(days.last_rating, days.happened_on) as last_rating
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    left join openings on days.source = openings.source and days.customer_id = openings.customer_id
    where
        days.ratings > 0
        and (openings.customer_id is null or days.happened_on >= openings.snapshot_on)
    group by days.source, days.customer_id
),

levels as (
    select
        customers.source,
        customers.customer_id,
        openings.snapshot_on,
        coalesce(last_ratings.rated_on, openings.snapshot_on) as as_of_day,
        coalesce({{ satisfaction_of('last_ratings.last_rating') }}, openings.satisfaction_level) as satisfaction_level,
        coalesce(date_add(last_ratings.rated_on, 1), openings.snapshot_on) as level_known_on
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
        levels.snapshot_on,
        bounds.as_of_day,
        null as satisfaction_level,
        null as level_known_on
    from levels
    left semi join shops on levels.source = shops.source
    inner join bounds on levels.source = bounds.source
),

final as (
    select
        cuts.source,
        cuts.customer_id,
        {{ midnight('cuts.as_of_day', 'min(bounds.time_zone)') }} as as_of,
        cuts.as_of_day,
        max(cuts.snapshot_on) as snapshot_on,
        max(cuts.satisfaction_level) as satisfaction_level,
        {{ midnight('max(cuts.level_known_on)', 'min(bounds.time_zone)') }} as level_known_at
    from cuts
    inner join bounds on cuts.source = bounds.source
    group by cuts.source, cuts.customer_id, cuts.as_of_day
)

select * from final
