{{ config(alias='model_history') }}

select * from {{ ref('model_history') }}
