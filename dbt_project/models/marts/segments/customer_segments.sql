with

behaviour as (
    select
        *,
        {{ age_group('age') }} as age_group
    from {{ ref('customer_behaviour') }}
),

features as (
    select * from {{ ref('segment_features') }}
),

scores as (
    {{ with_rfm_segments('features') }}
),

final as (
    select
        behaviour.source,
        behaviour.customer_id,
        behaviour.membership_type,
        behaviour.age_group,
        behaviour.city,
        if(
            coalesce(behaviour.membership_type, behaviour.age_group, behaviour.city) is null,
            null,
            concat_ws(
                ', ',
                coalesce(behaviour.membership_type, 'membership unknown'),
                coalesce(behaviour.age_group, 'age unknown'),
                coalesce(behaviour.city, 'city unknown')
            )
        ) as segment_name,
        scores.recency_score,
        scores.frequency_score,
        scores.monetary_score,
        scores.rfm_segment,
        behaviour.as_of
    from behaviour
    left join scores on behaviour.source = scores.source and behaviour.customer_id = scores.customer_id
)

select * from final
