select * from {{ ref('purchase_calendar') }}
