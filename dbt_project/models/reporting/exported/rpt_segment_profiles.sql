{{ config(alias='segment_profiles') }}

select * from {{ ref('segment_profiles') }}
