with

sources as (
    select * from {{ ref('dim_sources') }}
),

-- what stands now; what a later sending mended is in none
amounts as (
    select
        source,
        currency
    from {{ ref('fct_orders') }}
    union
    select
        source,
        currency
    from {{ ref('fct_returns') }}
),

-- their amounts would be added up in every mart, so they have no clock, and are in none
of_several_currencies as (
    select source
    from amounts
    group by source
    having count(*) > 1
),

days as (
    select
        source,
        time_zone,
        newest_event_at,
        coalesce(
            {{ given_day('as_of') }},
            greatest(
                date_add({{ local_day('newest_event_at', 'time_zone') }}, 1),
                cast(newest_snapshot_as_of as date)
            )
        ) as as_of_day
    from sources
    -- of a shop that has said where it is and nothing else there is nothing to date
    where
        coalesce(newest_event_at, newest_snapshot_as_of) is not null
        and source not in (select several.source from of_several_currencies as several)
),

final as (
    select
        source,
        time_zone,
        as_of_day,
        {{ midnight('as_of_day', 'time_zone') }} as as_of,
        newest_event_at
    from days
)

select * from final
