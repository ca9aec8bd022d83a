select * from {{ ref('source_totals') }}
