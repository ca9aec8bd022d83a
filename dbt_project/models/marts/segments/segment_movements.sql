with

bounds as (
    select * from {{ ref('run_bounds') }}
),

features as (
    select
        features.*,
        features.days_before = 0 as is_now
    from {{ ref('churn_features') }} as features
    where features.days_before in (0, {{ var('movement_days') }})
),

scores as (
    {{ with_rfm_segments('features') }}
),

movements as (
    select
        present.source,
        present.customer_id,
        past.rfm_segment as from_segment,
        present.rfm_segment as to_segment,
        case
            when past.customer_id is null then 'first order'
            else
                concat_ws(
                    ', ',
                    if(present.recency_score <> past.recency_score, 'recency', null),
                    if(present.frequency_score <> past.frequency_score, 'frequency', null),
                    if(present.monetary_score <> past.monetary_score, 'spend', null)
                )
        end as moved_by,
        present.recency_score - past.recency_score as recency_change,
        present.frequency_score - past.frequency_score as frequency_change,
        present.monetary_score - past.monetary_score as monetary_change,
        present.as_of
    from scores as present
    left join scores as past
        on present.source = past.source and present.customer_id = past.customer_id and not past.is_now
    where present.is_now
),

final as (
    select
        movements.*,
        {{ movements_from('bounds') }} as from_as_of
    from movements
    inner join bounds on movements.source = bounds.source
    where movements.from_segment is distinct from movements.to_segment
)

select * from final
