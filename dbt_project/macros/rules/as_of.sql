{% macro given_day(name) -%}
    {%- set day = var(name, none) -%}
    {%- if day and not modules.re.match('^\\d{4}-\\d{2}-\\d{2}$', day | string) -%}
        {{ exceptions.raise_compiler_error(name ~ ' is a day such as 2011-09-10, not ' ~ day) }}
    {%- endif -%}
    cast({{ "'" ~ day ~ "'" if day else 'null' }} as timestamp)
{%- endmacro %}

{% macro trailing_from() -%}
    (select as_of - interval {{ var('trailing_days') }} days from {{ ref('run_bounds') }})
{%- endmacro %}

{% macro movements_from(as_of) -%}
    {%- if var('movement_days') not in var('cut_days') -%}
        {{ exceptions.raise_compiler_error('movement_days is ' ~ var('movement_days') ~ ', and features are made only of ' ~ var('cut_days') | join(', ') ~ ' days before as_of; add it to cut_days') }}
    {%- endif -%}
    {{ as_of }} - make_dt_interval({{ var('movement_days') }})
{%- endmacro %}
