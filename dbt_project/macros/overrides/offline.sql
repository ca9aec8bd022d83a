{% macro list_relations_without_caching(schema_relation) -%}
    {%- if var('offline', false) -%}
        {{ return([]) }}
    {%- endif -%}
    {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{%- endmacro %}
