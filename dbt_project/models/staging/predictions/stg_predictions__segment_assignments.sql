-- depends_on: {{ ref('segment_features') }}
with

bounds as (
    select * from {{ ref('run_bounds') }}
),

scores as (
    select
        scores.*,
        rank() over (partition by scores.source order by scores.as_of desc) as score_rank
    from {{ source('predictions', 'segment_assignments') }} as scores
    inner join bounds on scores.as_of <= bounds.as_of
)

select
    source,
    customer_id,
    as_of as scored_as_of,
    segment_id,
    segment_name,
    model_version
from scores
where score_rank = 1
