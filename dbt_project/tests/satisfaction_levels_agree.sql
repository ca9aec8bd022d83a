-- what is learned from is what is shown: every known level has a row to learn from, and no other has one
with

answers as (
    select
        source,
        customer_id,
        satisfaction_level
    from {{ ref('customer_behaviour') }}
    where satisfaction_level is not null
),

labels as (
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
from answers
full outer join labels using (source, customer_id)
where not answers.satisfaction_level <=> labels.satisfaction_level
