with

cuts as (
    select * from {{ ref('satisfaction_cuts') }}
),

demographics as (
    select * from {{ ref('satisfaction_demographics') }}
),

openings as (
    select * from {{ ref('int_opening_snapshots') }}
),

-- what happened before the totals file is in its totals; what happened on the day of the cut or later is not known
totals as (
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        sum(days.gross_amount - days.returned_amount) as amount,
        sum(days.items) as items,
        sum(days.orders) as orders,
        sum(days.returns) as returns,
        cast(sum(days.rating_sum) as decimal(18, 0)) / nullif(sum(days.ratings), 0) as average_rating,
        {{ newest_known('days.discount_applied', 'days.happened_on') }} as discount_applied,
        min(days.happened_on) filter (where days.orders > 0) as first_ordered_on,
        max(days.happened_on) filter (where days.orders > 0) as last_counted_order_on,
        max(days.happened_on) filter (where days.returns > 0) as last_returned_on
    from cuts
    inner join {{ ref('int_customer_days') }} as days
        on
            cuts.source = days.source
            and cuts.customer_id = days.customer_id
            and {{ known_by('days', 'cuts.as_of_day') }}
    where cuts.snapshot_on is null or days.happened_on >= cuts.snapshot_on
    group by cuts.source, cuts.customer_id, cuts.as_of
),

final as (
    select
        cuts.source,
        cuts.customer_id,
        cuts.as_of,
        demographics.age,
        demographics.gender,
        demographics.city,
        demographics.membership_type,
        {{ balance_columns('openings', 'totals', 'cuts.as_of_day') }},
        -- a totals file does not say how often or since when
        if(openings.customer_id is null, coalesce(totals.orders, 0), null) as orders,
        if(openings.customer_id is null, coalesce(totals.returns, 0), null) as returns,
        if(openings.customer_id is null, datediff(cuts.as_of_day, totals.first_ordered_on), null) as tenure_days,
        coalesce(totals.last_returned_on, date '0001-01-01') >= totals.last_counted_order_on
            as has_returned_since_purchase,
        cuts.satisfaction_level,
        cuts.level_known_at
    from cuts
    left join demographics
        on
            cuts.source = demographics.source
            and cuts.customer_id = demographics.customer_id
            and cuts.as_of = demographics.as_of
    left join openings on cuts.source = openings.source and cuts.customer_id = openings.customer_id
    left join totals
        on cuts.source = totals.source and cuts.customer_id = totals.customer_id and cuts.as_of = totals.as_of
)

select * from final
