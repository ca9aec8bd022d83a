select * from {{ ref('customer_days') }}
