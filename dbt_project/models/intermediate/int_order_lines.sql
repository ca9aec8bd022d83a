with

versions as (
    select * from {{ ref('int_order_versions') }}
),

numbered as (
    select
        *,
        posexplode(order_lines) as (line_index, order_line)
    from versions
    where is_kept
),

final as (
    select
        numbered.source,
        numbered.order_id,
        numbered.event_id,
        numbered.line_index + 1 as line_number,
        numbered.customer_id,
        numbered.ordered_at,
        numbered.recorded_at,
        numbered.superseded_at,
        numbered.order_line.product_id,
        numbered.order_line.description,
        numbered.order_line.is_product,
        numbered.order_line.quantity,
        numbered.order_line.unit_price,
        cast(numbered.order_line.quantity * numbered.order_line.unit_price as decimal(18, 4)) as amount,
        numbered.currency
    from numbered
)

select * from final
