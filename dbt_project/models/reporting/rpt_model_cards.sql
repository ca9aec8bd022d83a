{{ config(alias='model_cards') }}

select * from {{ ref('model_cards') }}
