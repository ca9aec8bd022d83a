with

bounds as (
    select * from {{ ref('run_bounds') }}
),

profiles as (
    select *
    from {{ ref('int_profile_versions') }}
    where {{ is_stated() }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

days as (
    select days.*
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    where days.orders + days.returns + days.ratings > 0
),

-- each row is what one message or file said of a customer
statements as (
    select
        profiles.source,
        profiles.customer_id,
        struct(
            profiles.recorded_at as stated_at,
            coalesce(profiles.sent_at, profiles.recorded_at) as sent_at,
            profiles.event_id
        ) as statement,
        profiles.gender,
        cast(floor(months_between(bounds.as_of_day, profiles.birth_date) / 12) as int) as age,
        profiles.city,
        profiles.membership_type,
        profiles.attributes
    from profiles
    inner join bounds on profiles.source = bounds.source and profiles.recorded_at < bounds.as_of
    union all
    select
        source,
        customer_id,
        struct(snapshot_as_of as stated_at, snapshot_as_of as sent_at, '' as event_id) as statement,
        gender,
        age,
        city,
        membership_type,
        null as attributes
    from openings
    union all
    select
        source,
        customer_id,
        null as statement,
        null as gender,
        null as age,
        null as city,
        null as membership_type,
        null as attributes
    from days
),

final as (
    select
        source,
        customer_id,
        {{ newest_known('gender', 'statement') }} as gender,
        {{ newest_known('age', 'statement') }} as age,
        {{ newest_known('city', 'statement') }} as city,
        {{ newest_known('membership_type', 'statement') }} as membership_type,
        {{ newest_known('attributes', 'statement') }} as attributes
    from statements
    group by source, customer_id
)

select * from final
