select * from {{ ref('segment_profiles') }}
