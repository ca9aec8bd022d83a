with

versions as (
    select * from {{ ref('base_model_versions') }}
),

final as (
    select
        task,
        version,
        data_as_of,
        rows_trained,
        concat_ws('; ', features) as features,
        feature_hash,
        code_revision,
        measured_against,
        decided_by
    from versions
)

select * from final
