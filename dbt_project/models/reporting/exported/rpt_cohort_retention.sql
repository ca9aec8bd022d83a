{{ config(alias='cohort_retention') }}

select * from {{ ref('cohort_retention') }}
