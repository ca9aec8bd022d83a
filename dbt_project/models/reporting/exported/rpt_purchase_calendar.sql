{{ config(alias='purchase_calendar') }}

select * from {{ ref('purchase_calendar') }}
