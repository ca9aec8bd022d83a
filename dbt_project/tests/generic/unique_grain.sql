{#- Fails for every key of the stated grain that more than one row has. -#}
{% test unique_grain(model, columns) %}
select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
