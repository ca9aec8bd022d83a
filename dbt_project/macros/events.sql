{#- The valid events of a topic, each once, up to the run's last ingested batch. The same `event_id` again is a
    duplicate; with another payload it is a conflict, and the smallest hash wins whatever arrived first. -#}
{% macro accepted_events(topic) -%}
    select
        *,
        row_number() over (partition by event_id order by payload_hash, ingest_seq, `partition`, `offset`) as copy_number
    from {{ source('bronze', 'events') }}
    where
        topic = '{{ topic }}'
        and broken_rule is null
        and ingest_seq <= (select bounds.max_ingest_seq from {{ ref('run_bounds') }} as bounds)
{%- endmacro %}

{#- The sum of an amount over an array of order lines, exact: quantities are whole numbers, prices have four places. -#}
{% macro sum_of_lines(lines, amount, type) -%}
    aggregate({{ lines }}, cast(0 as {{ type }}), (total, line) -> cast(total + {{ amount }} as {{ type }}))
{%- endmacro %}

{#- True of the version of a business key that was known at an instant: later events, corrections included, do not
    exist yet. -#}
{% macro known_at(version, instant) -%}
    {{ version }}.recorded_at < {{ instant }}
    and ({{ version }}.superseded_at is null or {{ version }}.superseded_at >= {{ instant }})
{%- endmacro %}
