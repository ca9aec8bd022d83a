-- amounts in two currencies would be added together in every mart; what a later sending mended is in none
with

amounts as (
    select
        source,
        currency
    from {{ ref('fct_orders') }}
    union
    select
        source,
        currency
    from {{ ref('fct_returns') }}
)

select source
from amounts
group by source
having count(*) > 1
