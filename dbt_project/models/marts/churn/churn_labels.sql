with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- only cuts whose horizon has passed: before that nobody knows
cuts as (
    select
        features.*,
        date_sub(bounds.as_of_day, features.days_before) as as_of_day
    from {{ ref('churn_features') }} as features
    inner join bounds on features.source = bounds.source
    where features.days_before >= {{ var('churn_horizon_days') }}
),

days as (
    select days.*
    from {{ ref('int_customer_days') }} as days
    inner join bounds on days.source = bounds.source and {{ known_by('days', 'bounds.as_of_day') }}
    where days.orders > 0
),

final as (
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        count(days.orders) = 0 as is_churned
    from cuts
    left join days
        on
            cuts.source = days.source
            and cuts.customer_id = days.customer_id
            and cuts.as_of_day <= days.happened_on
            and date_add(cuts.as_of_day, {{ var('churn_horizon_days') }}) > days.happened_on
    group by cuts.source, cuts.customer_id, cuts.as_of
)

select * from final
