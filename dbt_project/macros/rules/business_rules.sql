{#- The bands that segments and drivers share. -#}
{% macro age_group(age) -%}
    case
        when {{ age }} < 35 then 'under 35'
        when {{ age }} <= 50 then '35 to 50'
        when {{ age }} > 50 then 'over 50'
    end
{%- endmacro %}

{#- What a rating from 1 to 5 says. -#}
{% macro satisfaction_of(rating) -%}
    case
        when {{ rating }} <= 2 then 'Unsatisfied'
        when {{ rating }} = 3 then 'Neutral'
        when {{ rating }} >= 4 then 'Satisfied'
    end
{%- endmacro %}

{#- A name for the thirds of recency, frequency and spend, 3 the best; the first that fits. -#}
{% macro rfm_segment(scores) -%}
    case
        when {{ scores }}.recency_score = 3 and {{ scores }}.frequency_score = 3 and {{ scores }}.monetary_score = 3
            then 'champions'
        when {{ scores }}.recency_score >= 2 and {{ scores }}.frequency_score >= 2 then 'loyal'
        when {{ scores }}.recency_score = 3 then 'new or returning'
        when {{ scores }}.recency_score = 2 then 'occasional'
        when {{ scores }}.frequency_score >= 2 or {{ scores }}.monetary_score = 3 then 'slipping away'
        when {{ scores }}.recency_score = 1 then 'lost'
    end
{%- endmacro %}

{#- A share of a whole as an exact number; null where there is no whole. -#}
{% macro share(part, whole) -%}
    cast(cast({{ part }} as decimal(18, 0)) / nullif({{ whole }}, 0) as decimal(9, 6))
{%- endmacro %}

{#- The meteorological season of the northern hemisphere. -#}
{% macro season_of(instant) -%}
    case
        when month({{ instant }}) in (12, 1, 2) then 'winter'
        when month({{ instant }}) in (3, 4, 5) then 'spring'
        when month({{ instant }}) in (6, 7, 8) then 'summer'
        when month({{ instant }}) in (9, 10, 11) then 'autumn'
    end
{%- endmacro %}

{#- How many times as large one share is as another, all four of them counts, rounded once; null without the other. -#}
{% macro lift(part, whole, other_part, other_whole) -%}
    cast(
        cast({{ part }} * {{ other_whole }} as decimal(18, 0))
        / nullif(cast({{ whole }} * {{ other_part }} as decimal(18, 0)), 0) as decimal(12, 4)
    )
{%- endmacro %}

{#- The third that a row is in along a named window, 1 to 3; equal values stay together. -#}
{% macro third_of(window) -%}
    1 + cast(floor(least(percent_rank() over {{ window }}, 0.999) * 3) as int)
{%- endmacro %}
