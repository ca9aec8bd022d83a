{{ config(alias='customer_360') }}

select * from {{ ref('customer_360') }}
