{% macro refuse_another_shape() -%}
    {%- if execute and is_incremental() -%}
        {%- set held = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- for name in model.columns if name not in held -%}
            {{ exceptions.raise_compiler_error(this ~ ' was built before it had ' ~ name ~ '; run `dbt build --full-refresh` once') }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
