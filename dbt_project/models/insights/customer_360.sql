with

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

segments as (
    select * from {{ ref('customer_segments') }}
),

gaps as (
    select * from {{ ref('buying_frequency') }}
),

assignments as (
    select * from {{ ref('stg_predictions__segment_assignments') }}
),

churn as (
    select * from {{ ref('stg_predictions__churn_scores') }}
),

satisfaction as (
    select * from {{ ref('stg_predictions__satisfaction_scores') }}
),

at_risk as (
    select * from {{ ref('at_risk_customers') }}
),

final as (
    select
        behaviour.source,
        behaviour.customer_id,
        behaviour.gender,
        behaviour.age,
        segments.age_group,
        behaviour.city,
        behaviour.membership_type,
        behaviour.attributes,
        behaviour.total_spend,
        behaviour.currency,
        behaviour.items_purchased,
        behaviour.orders,
        behaviour.days_since_last_purchase,
        gaps.median_gap_days,
        gaps.is_overdue,
        segments.segment_name as rule_segment,
        segments.rfm_segment,
        assignments.segment_name as model_segment,
        behaviour.average_rating,
        behaviour.satisfaction_level,
        satisfaction.predicted_satisfaction,
        at_risk.customer_id is not null as is_at_risk,
        churn.churn_probability,
        churn.churn_reasons,
        at_risk.reason as risk_reason,
        at_risk.value_at_stake,
        churn.scored_as_of as churn_scored_as_of,
        behaviour.as_of
    from behaviour
    left join segments on behaviour.source = segments.source and behaviour.customer_id = segments.customer_id
    left join gaps on behaviour.source = gaps.source and behaviour.customer_id = gaps.customer_id
    left join assignments on behaviour.source = assignments.source and behaviour.customer_id = assignments.customer_id
    left join churn on behaviour.source = churn.source and behaviour.customer_id = churn.customer_id
    left join satisfaction
        on behaviour.source = satisfaction.source and behaviour.customer_id = satisfaction.customer_id
    left join at_risk on behaviour.source = at_risk.source and behaviour.customer_id = at_risk.customer_id
)

select * from final
