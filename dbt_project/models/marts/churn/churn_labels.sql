with

bounds as (
    select * from {{ ref('run_bounds') }}
),

-- only cuts whose 90 days have passed: before that nobody knows
cuts as (
    select features.*
    from {{ ref('churn_features') }} as features
    inner join bounds on features.as_of + interval 90 days <= bounds.as_of
),

orders as (
    select versions.*
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
),

final as (
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        count(orders.order_id) = 0 as is_churned
    from cuts
    left join orders
        on
            cuts.source = orders.source
            and cuts.customer_id = orders.customer_id
            and cuts.as_of <= orders.ordered_at
            and cuts.as_of + interval 90 days > orders.ordered_at
    group by cuts.source, cuts.customer_id, cuts.as_of
)

select * from final
