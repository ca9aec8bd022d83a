select * from {{ ref('customer_behaviour') }}
