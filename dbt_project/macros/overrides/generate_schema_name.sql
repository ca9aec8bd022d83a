{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if target.type == 'postgres' and is_exported(node) -%}
        marts
    {%- elif var('scratch', none) and custom_schema_name != 'reporting' -%}
        {{ var('scratch') }}
    {%- else -%}
        {{ (custom_schema_name or target.schema) | trim }}
    {%- endif -%}
{%- endmacro %}

{% macro is_exported(node) -%}
    {{ return((node.config.get('meta') or {}).get('export', false)) }}
{%- endmacro %}
