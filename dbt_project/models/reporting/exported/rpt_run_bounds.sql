select * from {{ ref('run_bounds') }}
