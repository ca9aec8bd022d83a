select * from {{ ref('visits_before_purchase') }}
