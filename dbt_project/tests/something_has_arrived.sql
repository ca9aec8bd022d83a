-- on tables without rows every other test passes, having compared nothing
{{ config(severity='warn') }}

select as_of
from {{ ref('run_bounds') }}
where max_ingest_seq < 0 and max_snapshot_seq < 0
