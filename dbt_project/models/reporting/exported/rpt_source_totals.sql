{{ config(alias='source_totals') }}

select * from {{ ref('source_totals') }}
