with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

curves as (
    select * from {{ ref('stg_predictions__reliability_curves') }}
),

final as (
    select
        curves.task,
        curves.subject,
        curves.bin,
        {{ exact('curves.predicted', 9, 8) }} as predicted_share,
        {{ exact('curves.happened', 9, 8) }} as happened_share,
        curves.held_out_rows
    from curves
    inner join versions on curves.task = versions.task and curves.version = versions.version
)

select * from final
