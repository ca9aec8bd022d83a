{{ config(alias='segment_movements') }}

select * from {{ ref('segment_movements') }}
