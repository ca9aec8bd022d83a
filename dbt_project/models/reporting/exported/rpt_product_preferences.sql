{{ config(alias='product_preferences') }}

select * from {{ ref('product_preferences') }}
