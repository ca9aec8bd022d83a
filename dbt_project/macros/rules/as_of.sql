{#- The day that a variable gives, such as 2011-09-10, as an instant, or null. -#}
{% macro given_day(name) -%}
    {%- set day = var(name, none) -%}
    {%- if day and not modules.re.match('^\\d{4}-\\d{2}-\\d{2}$', day | string) -%}
        {{ exceptions.raise_compiler_error(name ~ ' is a day such as 2011-09-10, not ' ~ day) }}
    {%- endif -%}
    cast({{ "'" ~ day ~ "'" if day else 'null' }} as timestamp)
{%- endmacro %}

{#- The first instant of the days that marts of products and visits look back on. As a subquery of its own it reaches the
    Parquet files as a number, so that pages before it stay unread. -#}
{% macro trailing_from() -%}
    (select as_of - interval {{ var('trailing_days') }} days from {{ ref('run_bounds') }})
{%- endmacro %}
