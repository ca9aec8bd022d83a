select * from {{ ref('sales_daily') }}
