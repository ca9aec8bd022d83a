{{ configure_versions('return_id') }}

with

versions as (
    {{ versions_of('returns', 'return_id', [
        'order_id', 'customer_id', 'currency', 'return_lines', 'is_cancelled'
    ], cells=true) }}
),

final as (
    select
        source,
        time_zone,
        return_id,
        event_id,
        order_id,
        customer_id,
        first_recorded_at as returned_at,
        recorded_at,
        sent_at,
        superseded_at,
        is_cancelled,
        currency,
        return_lines,
        size(return_lines) as line_count,
        {{ sum_of_lines('return_lines', 'if(line.is_product, line.quantity, 0)', 'bigint') }} as items,
        {{ sum_of_lines('return_lines', amount_of_line(), 'decimal(18, 4)') }} as gross_amount,
        customer_ids,
        recorded_days,
        is_kept,
        payload_hash,
        ingest_seq
    from versions
    sort by recorded_at
)

select * from final
