select * from {{ ref('product_preferences') }}
