{{ config(alias='sales_by_month') }}

select * from {{ ref('sales_by_month') }}
