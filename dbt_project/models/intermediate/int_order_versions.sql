{{ configure_versions('order_id') }}

with

versions as (
    {{ versions_of('orders', 'order_id', [
        'customer_id', 'currency', 'discount_applied', 'attributes', 'order_lines', 'is_cancelled'
    ], cells=true) }}
),

final as (
    select
        source,
        time_zone,
        order_id,
        event_id,
        customer_id,
        customer_id is null as is_guest,
        first_recorded_at as ordered_at,
        recorded_at,
        sent_at,
        superseded_at,
        is_cancelled,
        currency,
        discount_applied,
        attributes,
        order_lines,
        size(order_lines) as line_count,
        {{ sum_of_lines('order_lines', 'if(line.is_product, line.quantity, 0)', 'bigint') }} as items,
        {{ sum_of_lines('order_lines', amount_of_line(), 'decimal(18, 4)') }} as gross_amount,
        {{ sum_of_lines('order_lines', 'if(line.is_product, ' ~ amount_of_line() ~ ', 0)', 'decimal(18, 4)') }}
            as product_amount,
        customer_ids,
        recorded_days,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
