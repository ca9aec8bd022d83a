{{ config(alias='model_statements') }}

select * from {{ ref('model_statements') }}
