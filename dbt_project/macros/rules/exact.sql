{% macro exact(value, precision, scale) -%}
    cast(
            case when abs({{ value }}) < 1e{{ precision - scale }} - 1e-{{ scale }} then cast({{ value }} as text) end
            as numeric({{ precision }}, {{ scale }})
        )
{%- endmacro %}
