-- amounts in two currencies would be added together in every mart
with

amounts as (
    select
        source,
        currency
    from {{ ref('int_order_versions') }}
    union
    select
        source,
        currency
    from {{ ref('int_return_versions') }}
)

select source
from amounts
group by source
having count(*) > 1
