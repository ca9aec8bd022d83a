with

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

scores as (
    select * from {{ ref('stg_predictions__churn_scores') }}
),

risks as (
    select
        behaviour.*,
        if(
            behaviour.days_since_last_purchase > {{ var('at_risk_days') }},
            case
                when behaviour.satisfaction_level = 'Unsatisfied' then 'recency and satisfaction'
                when behaviour.satisfaction_level is null then 'recency only: satisfaction unknown'
            end,
            null
        ) as rule_arm,
        coalesce(scores.churn_probability >= {{ var('at_risk_probability') }}, false) as is_at_risk_by_model,
        scores.churn_probability,
        scores.alive_probability,
        scores.churn_reasons,
        scores.scored_as_of,
        case
            when openings.customer_id is null then 'order history'
            when behaviour.orders > 0 then 'totals file and order history'
            else 'totals file'
        end as evidence
    from behaviour
    left join openings on behaviour.source = openings.source and behaviour.customer_id = openings.customer_id
    left join scores on behaviour.source = scores.source and behaviour.customer_id = scores.customer_id
),

final as (
    select
        source,
        customer_id,
        as_of,
        scored_as_of,
        rule_arm is not null as is_at_risk_by_rule,
        is_at_risk_by_model,
        rule_arm,
        days_since_last_purchase,
        satisfaction_level,
        churn_probability,
        alive_probability,
        churn_reasons,
        total_spend,
        currency,
        -- what was spent, weighted with the chance that it ends; whole where nobody estimated the chance
        cast(if(total_spend > 0, total_spend, total_spend * 0) * coalesce(churn_probability, 1) as decimal(18, 4))
            as value_at_stake,
        city,
        membership_type,
        age,
        evidence,
        concat_ws(
            '; ',
            if(rule_arm is not null, concat(days_since_last_purchase, ' days since the last purchase'), null),
            if(rule_arm = 'recency and satisfaction', 'unsatisfied', null),
            if(rule_arm = 'recency only: satisfaction unknown', 'satisfaction unknown', null),
            if(
                is_at_risk_by_model,
                concat('churn probability ', cast(round(churn_probability * 100) as int), ' %'),
                null
            )
        ) as reason
    from risks
    where rule_arm is not null or is_at_risk_by_model
)

select * from final
