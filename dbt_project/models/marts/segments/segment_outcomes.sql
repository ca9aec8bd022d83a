with

bounds as (
    select * from {{ ref('run_bounds') }}
),

features as (
    select
        features.*,
        date_sub(bounds.as_of_day, features.days_before) as as_of_day
    from {{ ref('churn_features') }} as features
    inner join bounds on features.source = bounds.source
    where features.days_before = {{ var('movement_days') }}
),

scores as (
    {{ with_rfm_segments('features') }}
),

-- a statement of the cut's first instant was not known then
profiles as (
    select profiles.*
    from {{ ref('dim_customer_history') }} as profiles
    inner join bounds
        on
            profiles.source = bounds.source
            and profiles.valid_from < {{ movements_from('bounds') }}
            and (profiles.valid_to is null or profiles.valid_to >= {{ movements_from('bounds') }})
),

spend as (
    select
        days.source,
        days.customer_id,
        sum(days.gross_amount - days.returned_amount) as amount
    from {{ ref('int_customer_days') }} as days
    inner join bounds
        on
            days.source = bounds.source
            and {{ known_by('days', 'bounds.as_of_day') }}
            and days.happened_on >= date_sub(bounds.as_of_day, {{ var('movement_days') }})
            and days.happened_on < bounds.as_of_day
    group by days.source, days.customer_id
),

final as (
    select
        scores.source,
        scores.customer_id,
        scores.as_of,
        scores.recency_days,
        scores.frequency,
        scores.monetary,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.rfm_segment,
        profiles.membership_type,
        {{ age_group('floor(months_between(scores.as_of_day, profiles.birth_date) / 12)') }} as age_group,
        profiles.city,
        cast(greatest(coalesce(spend.amount, 0), 0) as decimal(18, 4)) as next_spend,
        bounds.as_of as spent_until
    from scores
    inner join bounds on scores.source = bounds.source
    left join profiles on scores.source = profiles.source and scores.customer_id = profiles.customer_id
    left join spend on scores.source = spend.source and scores.customer_id = spend.customer_id
)

select * from final
