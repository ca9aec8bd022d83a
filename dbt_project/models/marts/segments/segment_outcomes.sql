with

bounds as (
    select * from {{ ref('run_bounds') }}
),

features as (
    select features.*
    from {{ ref('churn_features') }} as features
    inner join bounds on features.as_of = {{ moved_since('bounds.as_of') }}
),

scored as (
    select
        *,
        {{ third_of('recency') }} as recency_score,
        {{ third_of('frequency') }} as frequency_score,
        {{ third_of('monetary') }} as monetary_score
    from features
    window
        recency as (partition by source order by recency_days desc),
        frequency as (partition by source order by frequency),
        monetary as (partition by source order by monetary)
),

-- a statement of the cut's first instant was not known then
profiles as (
    select profiles.*
    from {{ ref('dim_customer_history') }} as profiles
    inner join bounds
        on
            profiles.valid_from < {{ moved_since('bounds.as_of') }}
            and (profiles.valid_to is null or profiles.valid_to >= {{ moved_since('bounds.as_of') }})
),

spend as (
    select
        days.source,
        days.customer_id,
        sum(days.gross_amount - days.returned_amount) as amount
    from {{ ref('int_customer_days') }} as days
    inner join bounds
        on
            {{ known_by('days', 'bounds.as_of') }}
            and days.happened_on >= {{ moved_since('bounds.as_of') }}
            and days.happened_on < bounds.as_of
    group by days.source, days.customer_id
),

final as (
    select
        scored.source,
        scored.customer_id,
        scored.as_of,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        {{ rfm_segment('scored') }} as rfm_segment,
        profiles.membership_type,
        {{ age_group('floor(months_between(scored.as_of, profiles.birth_date) / 12)') }} as age_group,
        profiles.city,
        cast(greatest(coalesce(spend.amount, 0), 0) as decimal(18, 4)) as next_spend,
        bounds.as_of as spent_until
    from scored
    cross join bounds
    left join profiles on scored.source = profiles.source and scored.customer_id = profiles.customer_id
    left join spend on scored.source = spend.source and scored.customer_id = spend.customer_id
)

select * from final
