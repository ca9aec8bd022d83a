{#- Where nothing arrived, the table of an incremental model is left as it is, without a statement more than it took to find
    out. The model's SQL says so. -#}
{% materialization incremental, adapter='spark', supported_languages=['sql'] -%}
    {%- if nothing_arrived() not in sql -%}
        {{ return(dbt.materialization_incremental_spark()) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- call noop_statement('main', 'nothing arrived') -%}{%- endcall -%}
    {{ return({'relations': [this]}) }}
{%- endmaterialization %}

{% macro nothing_arrived() -%}
    {{ return('false /* nothing arrived */') }}
{%- endmacro %}
