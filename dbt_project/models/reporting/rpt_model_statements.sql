{{ config(alias='model_statements') }}

with

versions as (
    select * from {{ ref('base_model_versions') }}
),

statements as (
    select * from {{ ref('base_model_statements') }}
),

final as (
    select
        statements.task,
        statements.place,
        statements.statement
    from statements
    inner join versions on statements.task = versions.task and statements.version = versions.version
)

select * from final
