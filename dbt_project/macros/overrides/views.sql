{% macro spark__create_view_as(relation, sql) -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- set known = load_cached_relation(relation) if execute -%}
    {%- if known and known.is_view and ('Comment: ' ~ model.description | trim) in known.information -%}
        {#- Spark drops a view before it makes the one that replaces it, and a reader may meet neither. -#}
        alter view {{ relation }} as
    {%- else -%}
        create or replace view {{ relation }}
        {{ comment_clause() }}
        as
    {%- endif %}
    {{ sql }}
{%- endmacro %}
