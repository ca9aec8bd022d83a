{% macro only_on(type) -%}
    {%- if execute and target.type != type -%}
        {%- set other = 'lake' if type == 'spark' else 'serving' -%}
        {{ exceptions.raise_compiler_error(model.name ~ ' is not built on target ' ~ target.name ~ '; use --target ' ~ other) }}
    {%- endif -%}
{%- endmacro %}

{% macro needs_export() -%}
    {%- if execute and target.type == 'postgres' -%}
        {%- for table in exported_tables(model) -%}
            {%- set name = table.alias or table.identifier -%}
            {%- if not adapter.get_relation(database=table.database, schema=table.schema, identifier=name) -%}
                {{ exceptions.raise_compiler_error(table.schema ~ '.' ~ name ~ ' is not in PostgreSQL yet; run `make export` first') }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro exported_tables(node) -%}
    {%- set tables = [] -%}
    {%- for id in node.depends_on.nodes -%}
        {%- set parent = graph.sources.get(id) or graph.nodes[id] -%}
        {%- if is_exported(parent) -%}
            {%- do tables.append(parent) -%}
        {%- elif parent.config.materialized == 'ephemeral' -%}
            {%- do tables.extend(exported_tables(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
