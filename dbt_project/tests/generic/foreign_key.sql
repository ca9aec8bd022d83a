{#- Fails for every row whose key is not in the other model. A row with a null in its key refers to nothing.
    `happened_at` leaves out rows that the other model cannot know yet, where `as_of` is set back. -#}
{% test foreign_key(model, columns, to, happened_at=none) %}
select
    {% for column in columns %}child.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }} as child
left join {{ to }} as parent
    on {% for column in columns %}child.{{ column }} = parent.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
where
    parent.{{ columns[0] }} is null
    {% for column in columns -%}
    and child.{{ column }} is not null
    {% endfor -%}
    {% if happened_at -%}
    and child.{{ happened_at }} < (select as_of from {{ ref('run_bounds') }})
    {%- endif %}
{% endtest %}
