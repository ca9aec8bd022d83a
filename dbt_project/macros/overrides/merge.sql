{% macro spark__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- set lead = config.get('meta').get('pruned_by', 'null') -%}
    {%- set gone = config.get('meta').get('gone_where') -%}
    {%- set arrived = arrived_rows(target) -%}
    {%- set same = [] -%}
    {%- for column in adapter.get_columns_in_relation(target) -%}
        {#- maps cannot be compared, their entries in order can -#}
        {%- set comparable = 'sort_array(map_entries(%s))' if column.dtype.startswith('map') else '%s' -%}
        {%- do same.append(comparable | format('held.' ~ column.name) ~ ' <=> ' ~ comparable | format('new.' ~ column.name)) -%}
    {%- endfor -%}
    {%- set same = same | join(' and ') -%}
    {%- if not unique_key and run_query('select count(*) from ' ~ source ~ ' as new left anti join ' ~ target ~ ' as held on ' ~ same)[0][0] == 0 -%}
        {#- a row that is there already; to look takes less than to write it down first -#}
        {%- set extent = [0] -%}
    {%- else -%}
        {%- do run_query('drop table if exists ' ~ arrived) -%}
        {%- do run_query('create table ' ~ arrived ~ ' using parquet as select * from ' ~ source) -%}
        {%- set extent = run_query('select count(*), min(' ~ lead ~ '), max(' ~ lead ~ ') from ' ~ arrived)[0].values() | list -%}
    {%- endif -%}
    {%- if extent[0] == 0 -%}
        select 'nothing arrived'
    {%- else %}
        merge into {{ target }} as held
        using {{ arrived }} as new
        on {{ between('held.' ~ lead, extent[1:]) if unique_key else 'true' }}
        {%- for key in unique_key %} and held.{{ key }} = new.{{ key }}{%- endfor %}
        {%- if gone %}
        when matched and {{ gone }} then delete
        {%- endif %}
        when matched and not ({{ same }}) then update set *
        when not matched {%- if gone %} and not {{ gone }}{%- endif %} then insert *
    {%- endif -%}
{%- endmacro %}

{% macro arrived_rows(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__arrived'})) }}
{%- endmacro %}

{% macro drop_arrived_rows() -%}
    {%- if config.get('materialized') == 'incremental' -%}
        drop table if exists {{ arrived_rows(this) }}
    {%- endif -%}
{%- endmacro %}
