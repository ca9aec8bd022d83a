{#- The valid events of a topic up to the run's last ingested batch, repetitions included: to leave them out takes all of
    history, so it is done where versions are kept, see `versions_of`. The topic's own source is where lineage begins. -#}
{% macro valid_events(topic) -%}
    {%- if not execute -%}{%- do source('kafka', topic) -%}{%- endif %}
    select *
    from {{ source('bronze', 'events') }}
    where
        topic = '{{ topic }}'
        and broken_rule is null
        and ingest_seq <= (select bounds.max_ingest_seq from {{ ref('run_bounds') }} as bounds)
        and {{ true_unless_blind('occurred_at < ' ~ given_day('as_of')) }}
{%- endmacro %}

{#- The columns that say which Kafka record an event came in, and when it was ingested. -#}
{% macro record_columns() -%}
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
{%- endmacro %}

{#- A condition on what the leakage guard may see, which builds a day's features as if nothing had happened since; true for
    everybody else. -#}
{% macro true_unless_blind(condition) -%}
    {{ condition if var('blind', false) else 'true' }}
{%- endmacro %}

{#- The sum of an amount over an array of order lines, exact: quantities are whole numbers, prices have four places. -#}
{% macro sum_of_lines(lines, amount, type) -%}
    aggregate({{ lines }}, cast(0 as {{ type }}), (total, line) -> cast(total + {{ amount }} as {{ type }}))
{%- endmacro %}

{#- True of the state of a cell (a customer's day, an hour of sales) that was known at an instant, which is a midnight. -#}
{% macro known_by(state, instant) -%}
    {{ state }}.known_on < {{ instant }}
    and ({{ state }}.superseded_on is null or {{ state }}.superseded_on >= {{ instant }})
{%- endmacro %}

{#- True of the version of a business key that was known at an instant: later events, corrections included, do not
    exist yet. -#}
{% macro known_at(version, instant) -%}
    {{ version }}.recorded_at < {{ instant }}
    and ({{ version }}.superseded_at is null or {{ version }}.superseded_at >= {{ instant }})
{%- endmacro %}
