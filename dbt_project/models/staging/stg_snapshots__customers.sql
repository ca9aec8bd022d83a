with

rows_of_files as (
    select
        *,
        -- a file loaded again for the same day replaces the earlier one's customers
        row_number() over (
            partition by source, customer_id, snapshot_as_of
            order by ingest_seq desc, row_number desc
        ) as copy_number
    from {{ source('bronze', 'customer_snapshots') }}
    where
        broken_rule is null
        and ingest_seq <= (select bounds.max_snapshot_seq from {{ ref('run_batches') }} as bounds)
        and {{ true_unless_blind('snapshot_as_of <= ' ~ given_day('as_of')) }}
)

select
    source,
    customer_id,
    snapshot_as_of,
    gender,
    age,
    city,
    membership_type,
    total_spend,
    items_purchased,
    average_rating,
    discount_applied,
    days_since_last_purchase,
    satisfaction_level,
    ingest_seq
from rows_of_files
where copy_number = 1
