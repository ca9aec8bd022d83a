{% macro given_day(name) -%}
    {%- set day = var(name, none) -%}
    {%- if day and not modules.re.match('^\\d{4}-\\d{2}-\\d{2}$', day | string) -%}
        {{ exceptions.raise_compiler_error(name ~ ' is a day such as 2011-09-10, not ' ~ day) }}
    {%- endif -%}
    cast({{ "'" ~ day ~ "'" if day else 'null' }} as date)
{%- endmacro %}

{% macro trailing_from() -%}
    (select min({{ midnight_before('clocks', var('trailing_days')) }}) from {{ ref('run_bounds') }} as clocks)
{%- endmacro %}

{% macro movements_from(bounds) -%}
    {%- if var('movement_days') not in var('cut_days') -%}
        {{ exceptions.raise_compiler_error('movement_days is ' ~ var('movement_days') ~ ', and features are made only of ' ~ var('cut_days') | join(', ') ~ ' days before as_of; add it to cut_days') }}
    {%- endif -%}
    {{ midnight_before(bounds, var('movement_days')) }}
{%- endmacro %}
