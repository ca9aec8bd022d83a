{{ config(alias='run_bounds') }}

select * from {{ ref('run_bounds') }}
