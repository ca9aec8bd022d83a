select * from {{ ref('customer_segments') }}
