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

-- thirds within a source; customers with equal values stay together
scored as (
    select
        source,
        customer_id,
        {{ third_of('recency') }} as recency_score,
        {{ third_of('frequency') }} as frequency_score,
        {{ third_of('monetary') }} as monetary_score
    from features
    window
        recency as (partition by source order by recency_days desc),
        frequency as (partition by source order by frequency),
        monetary as (partition by source order by monetary)
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
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        {{ rfm_segment('scored') }} as rfm_segment,
        behaviour.as_of
    from behaviour
    left join scored on behaviour.source = scored.source and behaviour.customer_id = scored.customer_id
)

select * from final
