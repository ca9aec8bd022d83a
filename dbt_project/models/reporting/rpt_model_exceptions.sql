{{ config(alias='model_exceptions') }}

select * from {{ ref('model_exceptions') }}
