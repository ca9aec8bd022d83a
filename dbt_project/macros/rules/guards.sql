{#- Refuses a model of the other store: `--select` switches the default selector of the target off. -#}
{% macro only_on(type) -%}
    {%- if execute and target.type != type -%}
        {%- set other = 'lake' if type == 'spark' else 'serving' -%}
        {{ exceptions.raise_compiler_error(model.name ~ ' is not built on target ' ~ target.name ~ '; use --target ' ~ other) }}
    {%- endif -%}
{%- endmacro %}

{#- Says what to do where a reporting model is built before the first export. -#}
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

{#- The exported marts and sources that a reporting model reads, through what is compiled into it. -#}
{% macro exported_tables(node) -%}
    {%- set found = [] -%}
    {%- for id in node.depends_on.nodes -%}
        {%- set parent = graph.sources.get(id) or graph.nodes[id] -%}
        {%- if is_exported(parent) -%}
            {%- do found.append(parent) -%}
        {%- elif parent.config.materialized == 'ephemeral' -%}
            {%- do found.extend(exported_tables(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Says what to do where an incremental table lacks columns that its model has: dbt would name the columns alone. -#}
{% macro refuse_another_shape() -%}
    {%- if execute and is_incremental() -%}
        {%- set held = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- for name in model.columns if name not in held -%}
            {{ exceptions.raise_compiler_error(this ~ ' was built before it had ' ~ name ~ '; run `dbt build --full-refresh` once') }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- dbt creates the schemas of what is selected before any hook runs, so a model of the other store is met here first. -#}
{% macro create_schema(relation) -%}
    {%- if (relation.schema == 'reporting') != (target.type == 'postgres') -%}
        {%- set other = 'lake' if target.type == 'postgres' else 'serving' -%}
        {{ exceptions.raise_compiler_error('schema ' ~ relation.schema ~ ' is not built on target ' ~ target.name ~ '; use --target ' ~ other) }}
    {%- endif -%}
    {{ adapter.dispatch('create_schema', 'dbt')(relation) }}
{%- endmacro %}

{#- The day that movements are measured from; without features of that day everybody would look new. -#}
{% macro movements_from(as_of) -%}
    {%- if var('movement_days') not in var('cut_days') -%}
        {{ exceptions.raise_compiler_error('movement_days is ' ~ var('movement_days') ~ ', and features are made only of ' ~ var('cut_days') | join(', ') ~ ' days before as_of; add it to cut_days') }}
    {%- endif -%}
    {{ as_of }} - make_dt_interval({{ var('movement_days') }})
{%- endmacro %}
