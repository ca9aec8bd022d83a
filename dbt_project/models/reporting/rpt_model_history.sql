with

champions as (
    select * from {{ ref('stg_predictions__champions') }}
),

final as (
    select
        task,
        step,
        version,
        action,
        reason,
        done_as_of
    from champions
)

select * from final
