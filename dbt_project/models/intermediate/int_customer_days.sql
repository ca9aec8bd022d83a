{%- set grain = ['source', 'customer_id', 'happened_on'] %}

{{ config(
    materialized='incremental',
    unique_key=grain + ['known_on'],
    meta={'pruned_by': 'happened_on', 'gone_where': 'new.superseded_on <=> new.known_on'}
) }}

{%- set arrived = arrived_activity(['order', 'return', 'rating']) %}

with

activity as (
    select
        *,
        struct(happened_at, activity_id) as place
    from {{ ref('int_activity_versions') }}
    where customer_id is not null and {{ within_days('happened_at', arrived.days, margin=1) }}
),

touched_cells as (
    {{ rows_of_touched_cells('activity', arrived, grain) }}
),

known_versions as (
    {{ versions_known_of_cells('touched_cells', grain, [
        'kind', 'happened_at', 'place', 'items', 'amount', 'discount_applied', 'currency', 'rating'
    ]) }}
),

states as (
    select
        source,
        customer_id,
        happened_on,
        known_on,
        count_if(kind = 'order') as orders,
        coalesce(sum(items), 0) as items,
        cast(coalesce(sum(amount) filter (where kind = 'order'), 0) as decimal(18, 4)) as gross_amount,
        count_if(kind = 'return') as returns,
        cast(coalesce(sum(amount) filter (where kind = 'return'), 0) as decimal(18, 4)) as returned_amount,
        min(happened_at) filter (where kind = 'order') as first_ordered_at,
        max(happened_at) filter (where kind = 'order') as last_ordered_at,
        {{ newest_known('discount_applied', 'place') }} as discount_applied,
        min(currency) as currency,
        count(rating) as ratings,
        coalesce(sum(rating), 0) as rating_sum,
        {{ newest_known('rating', 'place') }} as last_rating,
        max(order_seq) as order_seq,
        max(return_seq) as return_seq,
        max(rating_seq) as rating_seq,
        min(time_zone) as time_zone
    from known_versions
    group by source, customer_id, happened_on, known_on
),

final as (
    {{ states_of_cells('states', grain, arrived, grain) }}
)

select * from final
sort by happened_on
