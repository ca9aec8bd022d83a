{%- set grain = ['source', 'currency', 'happened_on', 'hour_of_day'] %}

{{ config(
    materialized='incremental',
    unique_key=grain + ['known_on'],
    meta={'pruned_by': 'happened_on', 'gone_where': 'new.superseded_on <=> new.known_on'}
) }}

{%- set cell = ['source', 'happened_on'] %}
{%- set arrived = arrived_activity(['order', 'return']) %}

with

activity as (
    select
        *,
        hour({{ local_time('happened_at', 'time_zone') }}) as hour_of_day
    from {{ ref('int_activity_versions') }}
    where kind in ('order', 'return') and {{ within_days('happened_at', arrived.days, margin=1) }}
),

touched_cells as (
    {{ rows_of_touched_cells('activity', arrived, cell) }}
),

known_versions as (
    {{ versions_known_of_cells('touched_cells', grain, [
        'kind', 'customer_id', 'happened_at', 'line_count', 'items', 'amount'
    ]) }}
),

states as (
    select
        source,
        currency,
        happened_on,
        hour_of_day,
        known_on,
        count_if(kind = 'order') as orders,
        count_if(kind = 'order' and customer_id is null) as guest_orders,
        coalesce(sum(line_count) filter (where kind = 'order'), 0) as order_lines,
        coalesce(sum(items), 0) as items,
        cast(coalesce(sum(amount) filter (where kind = 'order'), 0) as decimal(18, 4)) as gross_amount,
        count_if(kind = 'return') as returns,
        coalesce(sum(line_count) filter (where kind = 'return'), 0) as return_lines,
        cast(coalesce(sum(amount) filter (where kind = 'return'), 0) as decimal(18, 4)) as returned_amount,
        min(happened_at) filter (where kind = 'order') as first_ordered_at,
        max(happened_at) filter (where kind = 'order') as last_ordered_at,
        max(order_seq) as order_seq,
        max(return_seq) as return_seq,
        min(time_zone) as time_zone
    from known_versions
    group by source, currency, happened_on, hour_of_day, known_on
),

final as (
    {{ states_of_cells('states', grain, arrived, cell) }}
)

select * from final
sort by happened_on
