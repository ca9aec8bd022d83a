{{ config(alias='customer_segments') }}

select * from {{ ref('customer_segments') }}
