{% macro third_of(window) -%}
    1 + cast(floor(least(percent_rank() over {{ window }}, 0.999) * 3) as int)
{%- endmacro %}

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

{% macro with_rfm_segments(features) -%}
    select
        *,
        {{ rfm_segment('scores') }} as rfm_segment
    from (
        select
            *,
            {{ third_of('recency') }} as recency_score,
            {{ third_of('frequency') }} as frequency_score,
            {{ third_of('monetary') }} as monetary_score
        from {{ features }}
        window
            recency as (partition by source, as_of order by recency_days desc),
            frequency as (partition by source, as_of order by frequency),
            monetary as (partition by source, as_of order by monetary)
    ) as scores
{%- endmacro %}
