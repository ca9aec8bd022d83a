{{ config(alias='basket_pairs') }}

select * from {{ ref('basket_pairs') }}
