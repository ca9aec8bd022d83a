select * from {{ ref('cohort_retention') }}
