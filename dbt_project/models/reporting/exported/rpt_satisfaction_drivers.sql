{{ config(alias='satisfaction_drivers') }}

select * from {{ ref('satisfaction_drivers') }}
