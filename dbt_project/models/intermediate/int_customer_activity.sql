{{ config(materialized='table', file_format='delta') }}

with

bounds as (
    select * from {{ ref('run_bounds') }}
),

orders as (
    select versions.*
    from {{ ref('int_order_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    where versions.customer_id is not null
),

returns as (
    select versions.*
    from {{ ref('int_return_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    where versions.customer_id is not null
),

ratings as (
    select versions.*
    from {{ ref('int_rating_versions') }} as versions
    inner join bounds on {{ known_at('versions', 'bounds.as_of') }}
    where versions.customer_id is not null
),

final as (
    select
        source,
        customer_id,
        'order' as kind,
        order_id as activity_id,
        ordered_at as happened_at,
        gross_amount as amount,
        items,
        currency,
        discount_applied,
        cast(null as int) as rating
    from orders
    union all
    select
        source,
        customer_id,
        'return' as kind,
        return_id as activity_id,
        returned_at as happened_at,
        -gross_amount as amount,
        cast(null as bigint) as items,
        currency,
        cast(null as boolean) as discount_applied,
        cast(null as int) as rating
    from returns
    union all
    select
        source,
        customer_id,
        'rating' as kind,
        rating_id as activity_id,
        rated_at as happened_at,
        cast(null as decimal(18, 4)) as amount,
        cast(null as bigint) as items,
        cast(null as string) as currency,
        cast(null as boolean) as discount_applied,
        rating
    from ratings
)

select * from final
