{% macro with_lost_keys(model, keys) %}
(
    select
        child.*
        {%- for key in keys %},
        case
            when
                not exists (
                    select 1
                    from {{ key.to }} as parent
                    where {% for column in key.columns %}child.{{ column }} = parent.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
                )
                {%- for column in key.columns %}
                and child.{{ column }} is not null
                {%- endfor %}
                {%- if key.happened_at is defined %}
                and child.{{ key.happened_at }} < (select map_from_entries(collect_list(struct(source, as_of))) from {{ ref('run_bounds') }})[child.source]
                {%- endif %}
                then 1
        end as lost_{{ loop.index }}
        {%- endfor %}
    from {{ model }} as child
) as children
{% endmacro %}
