{{ config(alias='model_quality') }}

select * from {{ ref('model_quality') }}
