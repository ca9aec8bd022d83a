{% macro refuse_another_shape() -%}
    {%- if execute and is_incremental() -%}
        {%- set held = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- for name in model.columns if name not in held -%}
            {{ exceptions.raise_compiler_error(this ~ ' was built before it had ' ~ name ~ '; run `dbt build --full-refresh` once') }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro refuse_another_zone(held) -%}
    {%- set said = "(select source, time_zone from " ~ ref('dim_sources') ~ " where declared_seq > " ~ held | max ~ ")" -%}
    {%- set moved = one_row_of(
        "select min(held.source) from " ~ this ~ " as held inner join " ~ said ~ " as said"
        ~ " on held.source = said.source and held.time_zone <> said.time_zone", 1
    )[0] -%}
    {%- if moved is not none -%}
        {{ exceptions.raise_compiler_error(this ~ ' has the days of ' ~ moved ~ ' by another time zone than was declared; run `dbt build --full-refresh` once') }}
    {%- endif -%}
{%- endmacro %}
