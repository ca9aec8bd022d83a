with

cuts as (
    select * from {{ ref('satisfaction_cuts') }}
),

profiles as (
    select *
    from {{ ref('int_profile_versions') }}
    where {{ is_stated() }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

-- each row is what one message or file had said of a customer before the cut
statements as (
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        struct(
            profiles.recorded_at as stated_at,
            coalesce(profiles.sent_at, profiles.recorded_at) as sent_at,
            profiles.event_id
        ) as statement,
        profiles.gender,
        cast(floor(months_between(cuts.as_of_day, profiles.birth_date) / 12) as int) as age,
        profiles.city,
        profiles.membership_type
    from cuts
    inner join profiles
        on
            cuts.source = profiles.source
            and cuts.customer_id = profiles.customer_id
            and cuts.as_of > profiles.recorded_at
    union all
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        struct(openings.snapshot_as_of as stated_at, openings.snapshot_as_of as sent_at, '' as event_id) as statement,
        openings.gender,
        openings.age,
        openings.city,
        openings.membership_type
    from cuts
    inner join openings on cuts.source = openings.source and cuts.customer_id = openings.customer_id
),

final as (
    select
        source,
        customer_id,
        as_of,
        {{ newest_known('gender', 'statement') }} as gender,
        {{ newest_known('age', 'statement') }} as age,
        {{ newest_known('city', 'statement') }} as city,
        {{ newest_known('membership_type', 'statement') }} as membership_type
    from statements
    group by source, customer_id, as_of
)

select * from final
