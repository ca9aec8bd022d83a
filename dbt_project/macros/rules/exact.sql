{#- A double of PostgreSQL as a decimal, from its shortest text, as Spark casts it; null where it is no number or too large. -#}
{% macro exact(value, precision, scale) -%}
    cast(
            case when abs({{ value }}) < 1e{{ precision - scale }} - 1e-{{ scale }} then cast({{ value }} as text) end
            as numeric({{ precision }}, {{ scale }})
        )
{%- endmacro %}
