{#- Delta writes a row only where it differs; rows whose model says that they are gone are deleted. The source is
    computed once, its range of the leading key keeps the search to the files of what arrived, and an empty one costs
    no commit. -#}
{% macro spark__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- set lead = config.get('meta').get('pruned_by', 'null') -%}
    {%- set gone = config.get('meta').get('gone_where') -%}
    {%- do run_query('cache table ' ~ source) -%}
    {%- set found = run_query('select count(*), min(' ~ lead ~ '), max(' ~ lead ~ ') from ' ~ source)[0].values() | list -%}
    {%- if found[0] == 0 -%}
        select 'nothing arrived'
    {%- else -%}
        {%- set differs = [] -%}
        {%- for column in adapter.get_columns_in_relation(target) -%}
            {%- do differs.append('not (held.' ~ column.name ~ ' <=> new.' ~ column.name ~ ')') -%}
        {%- endfor %}
        merge into {{ target }} as held
        using {{ source }} as new
        on {{ between('held.' ~ lead, found[1:]) if unique_key else 'true' }}
        {%- for key in unique_key %} and held.{{ key }} = new.{{ key }}{%- endfor %}
        {%- if gone %}
        when matched and {{ gone }} then delete
        {%- endif %}
        when matched and ({{ differs | join(' or ') }}) then update set *
        when not matched {%- if gone %} and not {{ gone }}{%- endif %} then insert *
    {%- endif -%}
{%- endmacro %}

{#- Releases what the merge of an incremental model computed; the session of a thread ends, its cache would stay. -#}
{% macro release_cache() -%}
    {%- if config.get('materialized') == 'incremental' -%}
        uncache table if exists {{ this.identifier }}__dbt_tmp
    {%- endif -%}
{%- endmacro %}
