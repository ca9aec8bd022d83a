select * from {{ ref('at_risk_customers') }}
