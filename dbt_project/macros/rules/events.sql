{% macro valid_events(topic) -%}
    {%- if not execute -%}{%- do source('kafka', topic) -%}{%- endif %}
    select *
    from {{ source('bronze', 'events') }}
    where
        topic = '{{ topic }}'
        and broken_rule is null
        and ingest_seq <= (select bounds.max_ingest_seq from {{ ref('run_batches') }} as bounds)
        and {{ true_unless_blind('occurred_at < ' ~ midnight(given_day('as_of'), zone_of_source())) }}
{%- endmacro %}

{% macro zone_of_source() -%}
    coalesce((select map_from_entries(collect_list(struct(source, time_zone))) from {{ ref('dim_sources') }})[source], 'UTC')
{%- endmacro %}

{% macro record_columns() -%}
    topic_id,
    partition as topic_partition,
    offset as topic_offset,
    payload_hash,
    ingest_seq
{%- endmacro %}

{% macro true_unless_blind(condition) -%}
    {{ condition if var('blind', false) else 'true' }}
{%- endmacro %}

{% macro sum_of_lines(lines, amount, type) -%}
    aggregate({{ lines }}, cast(0 as {{ type }}), (total, line) -> cast(total + {{ amount }} as {{ type }}))
{%- endmacro %}

{% macro amount_of_line(line='line') -%}
    {{ line }}.quantity * {{ line }}.unit_price - coalesce({{ line }}.discount_amount, 0)
{%- endmacro %}

{% macro known_by(state, day) -%}
    {{ state }}.known_on < {{ day }}
    and ({{ state }}.superseded_on is null or {{ state }}.superseded_on >= {{ day }})
{%- endmacro %}

{% macro known_at(version, instant) -%}
    {{ version }}.recorded_at < {{ instant }}
    and ({{ version }}.superseded_at is null or {{ version }}.superseded_at >= {{ instant }})
{%- endmacro %}

{% macro is_stated() -%}
    is_kept and not (sent_at is not null and superseded_at <=> recorded_at)
{%- endmacro %}
