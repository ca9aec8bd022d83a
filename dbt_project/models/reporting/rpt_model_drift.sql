{{ config(alias='model_drift') }}

select * from {{ ref('model_drift') }}
