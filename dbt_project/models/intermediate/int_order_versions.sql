{{ config(materialized='table', file_format='delta', contract={'enforced': true}) }}

with

orders as (
    select * from {{ ref('stg_events__orders') }}
),

final as (
    select
        source,
        order_id,
        event_id,
        customer_id,
        customer_id is null as is_guest,
        -- a correction changes what was ordered, not when
        min(recorded_at) over (partition by source, order_id) as ordered_at,
        recorded_at,
        lead(recorded_at) over (partition by source, order_id order by recorded_at, event_id) as superseded_at,
        currency,
        discount_applied,
        size(order_lines) as line_count,
        {{ sum_of_lines('order_lines', 'if(line.is_product, line.quantity, 0)', 'bigint') }} as items,
        {{ sum_of_lines('order_lines', 'line.quantity * line.unit_price', 'decimal(18, 4)') }} as gross_amount,
        {{ sum_of_lines('order_lines', 'if(line.is_product, line.quantity * line.unit_price, 0)', 'decimal(18, 4)') }}
            as product_amount,
        ingest_seq
    from orders
)

select * from final
