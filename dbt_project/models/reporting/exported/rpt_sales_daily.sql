{{ config(alias='sales_daily') }}

select * from {{ ref('sales_daily') }}
