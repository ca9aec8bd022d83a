{{ config(materialized='view') }}

with

order_lines as (
    select * from {{ ref('int_order_lines') }}
),

final as (
    select
        source,
        order_id,
        line_number,
        customer_id,
        ordered_at,
        product_id,
        description,
        is_product,
        quantity,
        unit_price,
        discount_amount,
        amount,
        currency
    from order_lines
    where superseded_at is null
)

select * from final
