with

sources as (
    select * from {{ ref('dim_sources') }}
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
    where coalesce(newest_event_at, newest_snapshot_as_of) is not null
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
