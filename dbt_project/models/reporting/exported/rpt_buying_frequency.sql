{{ config(alias='buying_frequency') }}

select * from {{ ref('buying_frequency') }}
