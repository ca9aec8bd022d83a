with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

findings as (
    select * from {{ ref('stg_predictions__guard_findings') }}
),

final as (
    select
        findings.task,
        findings.what,
        {{ exact('findings.finding_value', 9, 8) }} as finding_value,
        findings.why
    from findings
    inner join versions on findings.task = versions.task and findings.version = versions.version
)

select * from final
