{% macro age_group(age) -%}
    case
        when {{ age }} < 35 then 'under 35'
        when {{ age }} <= 50 then '35 to 50'
        when {{ age }} > 50 then 'over 50'
    end
{%- endmacro %}

{% macro satisfaction_of(rating) -%}
    case
        when {{ rating }} <= 2 then 'Unsatisfied'
        when {{ rating }} = 3 then 'Neutral'
        when {{ rating }} >= 4 then 'Satisfied'
    end
{%- endmacro %}

{% macro share(part, whole) -%}
    cast(cast({{ part }} as decimal(18, 0)) / nullif({{ whole }}, 0) as decimal(9, 6))
{%- endmacro %}

{% macro season_of(instant) -%}
    case
        when month({{ instant }}) in (12, 1, 2) then 'winter'
        when month({{ instant }}) in (3, 4, 5) then 'spring'
        when month({{ instant }}) in (6, 7, 8) then 'summer'
        when month({{ instant }}) in (9, 10, 11) then 'autumn'
    end
{%- endmacro %}

{% macro lift(part, whole, other_part, other_whole) -%}
    cast(
        cast({{ part }} * {{ other_whole }} as decimal(18, 0))
        / nullif(cast({{ whole }} * {{ other_part }} as decimal(18, 0)), 0) as decimal(12, 4)
    )
{%- endmacro %}
