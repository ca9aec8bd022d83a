{% macro create_schema(relation) -%}
    {%- if (relation.schema == 'reporting') != (target.type == 'postgres') -%}
        {%- set other = 'lake' if target.type == 'postgres' else 'serving' -%}
        {{ exceptions.raise_compiler_error('schema ' ~ relation.schema ~ ' is not built on target ' ~ target.name ~ '; use --target ' ~ other) }}
    {%- endif -%}
    {{ adapter.dispatch('create_schema', 'dbt')(relation) }}
{%- endmacro %}
