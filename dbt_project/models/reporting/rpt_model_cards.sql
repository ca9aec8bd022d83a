with

versions as (
    select * from {{ ref('stg_predictions__champion_versions') }}
),

final as (
    select
        task,
        version,
        data_as_of,
        rows_trained,
        array_to_string(features, '; ') as features,
        feature_hash,
        code_revision,
        measured_against,
        decided_by
    from versions
)

select * from final
