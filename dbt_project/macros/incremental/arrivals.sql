{#- Incremental models touch what arrived and nothing else. What arrived is known by `ingest_seq`, never by event time,
    as an event may be late by years. The values below go into the SQL as literals, for only by those does Delta leave
    files and Parquet pages unopened. -#}

{% macro one_row_of(query, width) -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return([none] * width) }}
    {%- endif -%}
    {{ return(run_query(query)[0].values() | list) }}
{%- endmacro %}

{% macro batches_held(columns) -%}
    {{ refuse_another_shape() }}
    {%- set newest = [] -%}
    {%- for column in columns -%}{%- do newest.append('max(' ~ column ~ ')') -%}{%- endfor -%}
    {%- set held = [] -%}
    {%- for batch in one_row_of('select ' ~ newest | join(', ') ~ ' from ' ~ this, columns | length) -%}
        {%- do held.append(-1 if batch is none else batch) -%}
    {%- endfor -%}
    {{ return(held) }}
{%- endmacro %}

{% macro arrived_after(batch) -%}
    {%- if var('backfill_from', none) -%}
        (ingest_seq > {{ batch }} or (recorded_at >= {{ given_day('backfill_from') }} and recorded_at < {{ given_day('backfill_to') }}))
    {%- else -%}
        ingest_seq > {{ batch }}
    {%- endif -%}
{%- endmacro %}

{% macro between(column, bounds) -%}
    {%- if bounds[0] is none or bounds[1] is none -%}
        false
    {%- else -%}
        {{ column }} between '{{ bounds[0] | string | replace("\\", "\\\\") | replace("'", "\\'") }}' and '{{ bounds[1] | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}

{% macro arrived_activity(kinds) -%}
    {%- set columns, conditions, counts, rows = [], [], [], [] -%}
    {%- for kind in kinds -%}
        {%- do columns.append(kind ~ '_seq') -%}
        {%- do counts.append("count_if(kind = '" ~ kind ~ "')") -%}
    {%- endfor -%}
    {%- set held = batches_held(columns) -%}
    {{ refuse_another_zone(held) }}
    {%- for batch in held -%}
        {%- do conditions.append("kind = '" ~ kinds[loop.index0] ~ "' and " ~ arrived_after(batch)) -%}
    {%- endfor -%}
    {%- set extent = one_row_of(
        'select min(array_min(recorded_days)), max(array_max(recorded_days)), ' ~ counts | join(', ') ~ ' from '
        ~ ref('int_activity_versions') ~ ' where ' ~ conditions | join(' or '), 2 + kinds | length
    ) -%}
    {%- for condition in conditions -%}
        {%- if extent[2 + loop.index0] != 0 -%}{%- do rows.append('(' ~ condition ~ ')') -%}{%- endif -%}
    {%- endfor -%}
    {{ return({'rows': rows | join(' or ') if rows else 'false', 'days': extent[:2]}) }}
{%- endmacro %}

{% macro within_days(column, days, margin=0) -%}
    {%- if not is_incremental() -%}
        true
    {%- elif days[0] is none -%}
        {{ nothing_arrived() }}
    {%- else -%}
        {{ column }} >= date '{{ days[0] }}' - interval {{ margin }} days and {{ column }} < date '{{ days[1] }}' + interval {{ margin + 1 }} days
    {%- endif -%}
{%- endmacro %}
