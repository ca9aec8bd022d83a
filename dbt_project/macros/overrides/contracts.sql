{% macro spark__tblproperties_clause() -%}
    {%- set properties = dict(config.get('tblproperties') or {}) -%}
    {%- if config.get('materialized') == 'incremental' and config.get('unique_key') -%}
        {#- A row that changes is marked and written again, its file is not; of a table of a single row that earns nothing. -#}
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

{% macro spark__get_assert_columns_equivalent(sql) -%}
    {%- if execute -%}
        {%- set actual_types = {} -%}
        {%- for row in run_query('describe query ' ~ sql) -%}
            {%- do actual_types.update({row[0]: row[1] | replace(' ', '')}) -%}
        {%- endfor -%}
        {%- set contract_types = {} -%}
        {%- for column in model.columns.values() -%}
            {%- do contract_types.update({column.name: column.data_type | replace(' ', '')}) -%}
        {%- endfor -%}
        {%- set faults = [] -%}
        {%- for name in actual_types if name not in contract_types -%}{%- do faults.append(name ~ ' is not in it') -%}{%- endfor -%}
        {%- for name, type in contract_types.items() if actual_types.get(name) != type -%}
            {%- do faults.append(name ~ ' is to be ' ~ type ~ ' and is ' ~ actual_types.get(name, 'missing')) -%}
        {%- endfor -%}
        {%- if faults -%}
            {{ exceptions.raise_compiler_error('the contract of ' ~ model.name ~ ' is broken: ' ~ faults | join('; ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
