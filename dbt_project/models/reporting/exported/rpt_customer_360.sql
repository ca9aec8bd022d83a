select * from {{ ref('customer_360') }}
