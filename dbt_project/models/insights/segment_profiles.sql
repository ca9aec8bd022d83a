with

behaviour as (
    select * from {{ ref('customer_behaviour') }}
),

segments as (
    select * from {{ ref('customer_segments') }}
),

members as (
    select
        source,
        customer_id,
        stack(3, 'rule', segment_name, 'rfm', rfm_segment, 'city', city) as (segmentation, segment_name)
    from segments
    union all
    select
        source,
        customer_id,
        'model' as segmentation,
        segment_name
    from {{ ref('stg_predictions__segment_assignments') }}
    union all
    select
        source,
        customer_id,
        attribute as segmentation,
        attribute_value as segment_name
    from {{ ref('customer_attributes') }}
),

profiles as (
    select
        members.source,
        members.segmentation,
        members.segment_name,
        count(*) as customers,
        sum(behaviour.total_spend) as total_spend,
        avg(behaviour.total_spend) as average_spend,
        avg(cast(behaviour.orders as decimal(18, 0))) as average_orders,
        avg(behaviour.average_rating) as average_rating,
        avg(behaviour.age) as average_age,
        mode(behaviour.city, true) as commonest_city,
        mode(behaviour.membership_type, true) as commonest_membership_type,
        count(at_risk.customer_id) as at_risk_customers,
        min(behaviour.currency) as currency,
        min(behaviour.as_of) as as_of
    from members
    inner join behaviour on members.source = behaviour.source and members.customer_id = behaviour.customer_id
    left join {{ ref('at_risk_customers') }} as at_risk
        on members.source = at_risk.source and members.customer_id = at_risk.customer_id
    where members.segment_name is not null
    group by members.source, members.segmentation, members.segment_name
),

final as (
    select
        source,
        segmentation,
        segment_name,
        customers,
        {{ share('customers', 'sum(customers) over (partition by source, segmentation)') }} as customer_share,
        cast(total_spend as decimal(18, 4)) as total_spend,
        cast(average_spend as decimal(18, 4)) as average_spend,
        cast(average_orders as decimal(18, 4)) as average_orders,
        cast(average_rating as decimal(4, 2)) as average_rating,
        cast(average_age as decimal(5, 2)) as average_age,
        commonest_city,
        commonest_membership_type,
        at_risk_customers,
        {{ share('at_risk_customers', 'customers') }} as at_risk_share,
        currency,
        as_of
    from profiles
)

select * from final
