-- on tables without rows every other test passes, having compared nothing
{{ config(severity='warn') }}

select max_ingest_seq
from {{ ref('run_batches') }}
where max_ingest_seq < 0 and max_snapshot_seq < 0
