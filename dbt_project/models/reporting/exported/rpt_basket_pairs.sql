select * from {{ ref('basket_pairs') }}
