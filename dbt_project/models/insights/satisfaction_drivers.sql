with

-- every customer of a shop in which anybody's satisfaction is known
behaviour as (
    select
        behaviour.*,
        {{ age_group('behaviour.age') }} as age_group
    from {{ ref('customer_behaviour') }} as behaviour
    left semi join {{ ref('satisfaction_cuts') }} as cuts
        on behaviour.source = cuts.source and behaviour.customer_id = cuts.customer_id
),

scores as (
    select * from {{ ref('stg_predictions__satisfaction_scores') }}
),

customers as (
    select
        behaviour.source,
        behaviour.as_of,
        behaviour.satisfaction_level,
        scores.predicted_satisfaction,
        stack(
            5,
            'city', behaviour.city,
            'membership_type', behaviour.membership_type,
            'gender', behaviour.gender,
            'age_group', behaviour.age_group,
            'discount_applied', cast(behaviour.discount_applied as string)
        ) as (factor, factor_value)
    from behaviour
    left join scores on behaviour.source = scores.source and behaviour.customer_id = scores.customer_id
),

counts as (
    select
        source,
        factor,
        coalesce(factor_value, 'unknown') as factor_value,
        count(*) as customers,
        count(satisfaction_level) as customers_known,
        count_if(satisfaction_level = 'Satisfied') as satisfied,
        count_if(satisfaction_level = 'Neutral') as neutral,
        count_if(satisfaction_level = 'Unsatisfied') as unsatisfied,
        count(predicted_satisfaction) as customers_scored,
        count_if(predicted_satisfaction = 'Satisfied') as predicted_satisfied,
        count_if(predicted_satisfaction = 'Unsatisfied') as predicted_unsatisfied,
        min(as_of) as as_of
    from customers
    group by source, factor, coalesce(factor_value, 'unknown')
),

final as (
    select
        source,
        factor,
        factor_value,
        customers,
        customers_known,
        {{ share('satisfied', 'customers_known') }} as satisfied_share,
        {{ share('neutral', 'customers_known') }} as neutral_share,
        {{ share('unsatisfied', 'customers_known') }} as unsatisfied_share,
        customers_scored,
        {{ share('predicted_satisfied', 'customers_scored') }} as predicted_satisfied_share,
        {{ share('predicted_unsatisfied', 'customers_scored') }} as predicted_unsatisfied_share,
        as_of
    from counts
)

select * from final
