with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

statements as (
    select * from {{ ref('stg_predictions__model_statements') }}
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
