{{ config(materialized='view') }}

with

profiles as (
    select *
    from {{ ref('int_profile_versions') }}
    where {{ is_stated() }}
),

-- a field that a profile leaves out keeps its earlier value
statements as (
    select
        source,
        customer_id,
        recorded_at,
        last_value(gender, true) over so_far as gender,
        last_value(birth_date, true) over so_far as birth_date,
        last_value(city, true) over so_far as city,
        last_value(membership_type, true) over so_far as membership_type,
        row_number() over (
            partition by source, customer_id, recorded_at
            order by coalesce(sent_at, recorded_at) desc, event_id desc
        ) as statement_rank
    from profiles
    window so_far as (
        partition by source, customer_id
        order by recorded_at, coalesce(sent_at, recorded_at), event_id
        rows unbounded preceding
    )
),

final as (
    select
        source,
        customer_id,
        recorded_at as valid_from,
        lead(recorded_at) over (partition by source, customer_id order by recorded_at) as valid_to,
        gender,
        birth_date,
        city,
        membership_type
    from statements
    where statement_rank = 1
)

select * from final
