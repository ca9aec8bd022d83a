select * from {{ ref('satisfaction_drivers') }}
