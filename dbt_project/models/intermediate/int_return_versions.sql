{{ config(materialized='table', file_format='delta', contract={'enforced': true}) }}

with

returns as (
    select * from {{ ref('stg_events__returns') }}
),

final as (
    select
        source,
        return_id,
        event_id,
        order_id,
        customer_id,
        min(recorded_at) over (partition by source, return_id) as returned_at,
        recorded_at,
        lead(recorded_at) over (partition by source, return_id order by recorded_at, event_id) as superseded_at,
        currency,
        size(return_lines) as line_count,
        {{ sum_of_lines('return_lines', 'if(line.is_product, line.quantity, 0)', 'bigint') }} as items,
        {{ sum_of_lines('return_lines', 'line.quantity * line.unit_price', 'decimal(18, 4)') }} as gross_amount,
        ingest_seq
    from returns
)

select * from final
