{{ config(alias='at_risk_customers') }}

select * from {{ ref('at_risk_customers') }}
