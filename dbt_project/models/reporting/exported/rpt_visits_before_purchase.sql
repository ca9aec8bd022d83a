{{ config(alias='visits_before_purchase') }}

select * from {{ ref('visits_before_purchase') }}
