with

bounds as (
    select * from {{ ref('run_bounds') }}
),

facts as (
    select
        versions.source,
        'order' as kind,
        versions.currency,
        versions.is_guest,
        versions.line_count,
        versions.items,
        versions.gross_amount,
        versions.ordered_at
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    union all
    select
        versions.source,
        'return' as kind,
        versions.currency,
        null as is_guest,
        versions.line_count,
        null as items,
        versions.gross_amount,
        null as ordered_at
    from {{ ref('int_return_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    union all
    select
        source,
        'customer' as kind,
        null as currency,
        null as is_guest,
        null as line_count,
        null as items,
        null as gross_amount,
        first_ordered_at as ordered_at
    from {{ ref('customer_behaviour') }}
),

totals as (
    select
        source,
        min(currency) as currency,
        count_if(kind = 'order') as orders,
        count_if(is_guest) as guest_orders,
        coalesce(sum(line_count) filter (where kind = 'order'), 0) as order_lines,
        coalesce(sum(items), 0) as items,
        count_if(kind = 'return') as returns,
        coalesce(sum(line_count) filter (where kind = 'return'), 0) as return_lines,
        count_if(kind = 'customer') as customers,
        count_if(kind = 'customer' and ordered_at is not null) as buyers,
        cast(coalesce(sum(gross_amount) filter (where kind = 'order'), 0) as decimal(18, 4)) as gross_revenue,
        cast(coalesce(sum(gross_amount) filter (where kind = 'return'), 0) as decimal(18, 4)) as returned_amount,
        min(ordered_at) filter (where kind = 'order') as first_ordered_at,
        max(ordered_at) filter (where kind = 'order') as last_ordered_at
    from facts
    group by source
),

final as (
    select
        totals.*,
        cast(totals.gross_revenue - totals.returned_amount as decimal(18, 4)) as net_revenue,
        bounds.as_of
    from totals
    cross join bounds
)

select * from final
