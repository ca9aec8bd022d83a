select * from {{ ref('segment_movements') }}
