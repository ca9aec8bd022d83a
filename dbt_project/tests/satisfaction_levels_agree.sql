-- what is learned from is what is shown: every known level has a row to learn from, and no other has one
with

shown as (
    select
        source,
        customer_id,
        satisfaction_level
    from {{ ref('customer_behaviour') }}
    where satisfaction_level is not null
),

learned as (
    select
        source,
        customer_id,
        satisfaction_level
    from {{ ref('satisfaction_features') }}
    where satisfaction_level is not null
)

select
    source,
    customer_id
from shown
full outer join learned using (source, customer_id)
where not shown.satisfaction_level <=> learned.satisfaction_level
