{{ config(alias='customer_behaviour') }}

select * from {{ ref('customer_behaviour') }}
