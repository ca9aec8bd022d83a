{#- dbt-spark adds a contract's constraints with ALTERs, after readers can see the rows, and Spark 4 refuses its
    `not null`. As table properties of the CTAS, Delta checks every row inside the commit that publishes them.
    Delta takes a check that is null as broken, so a check on a nullable column names the null. -#}
{% macro spark__tblproperties_clause() -%}
    {%- set properties = dict(config.get('tblproperties') or {}) -%}
    {%- if config.get('contract').enforced -%}
        {%- for constraint in model.constraints if constraint.type == 'check' -%}
            {%- do properties.update({'delta.constraints.' ~ constraint.name: constraint.expression}) -%}
        {%- endfor -%}
        {%- for column in model.columns.values() -%}
            {%- for constraint in column.constraints -%}
                {%- if constraint.type == 'not_null' -%}
                    {%- do properties.update({'delta.constraints.' ~ column.name ~ '_known': column.name ~ ' is not null'}) -%}
                {%- elif constraint.type == 'check' -%}
                    {%- set name = constraint.name or column.name ~ '_valid' -%}
                    {%- do properties.update({'delta.constraints.' ~ name: constraint.expression}) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if properties -%}
        tblproperties (
            {%- for name, value in properties.items() %}
            '{{ name }}' = '{{ value | string | replace("'", "\\'") }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}

{% macro spark__persist_constraints(relation, model) %}{% endmacro %}
