{#- A test that fails says of which rows: dbt by itself says how many there are. -#}
{% materialization test, default -%}
    {%- set result = dbt.materialization_test_default() -%}
    {%- if (load_result('main').table[0][0] or 0) > 0 -%}
        {%- for row in run_query('select * from (' ~ sql ~ ') as failing limit 5') -%}
            {%- set texts = [] -%}
            {%- for name, value in row.items() -%}{%- do texts.append(name ~ ' ' ~ value) -%}{%- endfor -%}
            {%- do log(model.name ~ ': ' ~ texts | join('; '), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(result) }}
{%- endmaterialization %}
