with

versions as (
    select * from {{ ref('int_order_versions') }}
),

line_positions as (
    select
        *,
        posexplode(order_lines) as (line_index, order_line)
    from versions
    where is_kept
),

final as (
    select
        line_positions.source,
        line_positions.order_id,
        line_positions.event_id,
        line_positions.line_index + 1 as line_number,
        line_positions.customer_id,
        line_positions.ordered_at,
        line_positions.recorded_at,
        line_positions.superseded_at,
        line_positions.order_line.product_id,
        line_positions.order_line.description,
        line_positions.order_line.is_product,
        line_positions.order_line.quantity,
        line_positions.order_line.unit_price,
        coalesce(line_positions.order_line.discount_amount, 0) as discount_amount,
        cast({{ amount_of_line('line_positions.order_line') }} as decimal(18, 4)) as amount,
        line_positions.currency
    from line_positions
)

select * from final
