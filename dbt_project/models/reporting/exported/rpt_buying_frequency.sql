select * from {{ ref('buying_frequency') }}
