{#- dbt-spark adds a contract's constraints with ALTERs, after readers can see the rows, and Spark 4 refuses its
    `not null`. As table properties of the CTAS, Delta checks every row inside the commit that publishes them.
    Delta takes a check that is null as broken, so a check on a nullable column names the null. -#}
{% macro spark__tblproperties_clause() -%}
    {%- set properties = dict(config.get('tblproperties') or {}) -%}
    {%- if config.get('materialized') == 'incremental' and config.get('unique_key') -%}
        {#- A row that changes is marked and written anew, its file is not; of a table of a single row that earns nothing. -#}
        {%- do properties.update({'delta.enableDeletionVectors': 'true'}) -%}
    {%- endif -%}
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

{#- dbt runs every contracted query once more, emptied, to learn its column types, and compares without precision.
    Spark can say the exact types from the analysed query alone. -#}
{% macro spark__get_assert_columns_equivalent(sql) -%}
    {%- if execute -%}
        {%- set found = {} -%}
        {%- for row in run_query('describe query ' ~ sql) -%}
            {%- do found.update({row[0]: row[1] | replace(' ', '')}) -%}
        {%- endfor -%}
        {%- set stated = {} -%}
        {%- for column in model.columns.values() -%}
            {%- do stated.update({column.name: column.data_type | replace(' ', '')}) -%}
        {%- endfor -%}
        {%- set faults = [] -%}
        {%- for name in found if name not in stated -%}{%- do faults.append(name ~ ' is not in it') -%}{%- endfor -%}
        {%- for name, type in stated.items() if found.get(name) != type -%}
            {%- do faults.append(name ~ ' is to be ' ~ type ~ ' and is ' ~ found.get(name, 'missing')) -%}
        {%- endfor -%}
        {%- if faults -%}
            {{ exceptions.raise_compiler_error('the contract of ' ~ model.name ~ ' is broken: ' ~ faults | join('; ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
