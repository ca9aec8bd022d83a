{{ config(alias='model_reliability') }}

select * from {{ ref('model_reliability') }}
