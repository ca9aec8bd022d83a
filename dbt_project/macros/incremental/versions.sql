{% macro configure_versions(key) -%}
    {{ config(
        materialized='incremental',
        unique_key=['source', key, 'event_id', 'payload_hash'],
        meta={'pruned_by': key}
    ) }}
{%- endmacro %}

{% macro events_to_version(topic, key, columns) -%}
    {%- set staged = ref('stg_events__' ~ topic) -%}
    {%- set held = batches_held(['ingest_seq']) -%}
    {{ refuse_another_zone(held) }}
    {%- set arrived = arrived_after(held[0]) -%}
    {%- set keys = one_row_of('select min(' ~ key ~ '), max(' ~ key ~ ') from ' ~ staged ~ ' where ' ~ arrived, 2) -%}
    {%- set own = ['event_id', 'source', key, 'recorded_at', 'sent_at', 'payload_hash', 'ingest_seq'] -%}
    {%- set names = (own + columns) | join(', ') -%}
    select {{ names }}, false as is_held
    from {{ staged }}
    where {{ arrived if not is_incremental() or keys[0] is not none else nothing_arrived() }}
    {%- if is_incremental() %}
    union all
    select {{ names }}, true as is_held
    from {{ this }} as held
    left semi join (select source, {{ key }} from {{ staged }} where {{ arrived }}) as arrived
        on held.source = arrived.source and held.{{ key }} = arrived.{{ key }}
    where {{ between('held.' ~ key, keys) }}
    {%- endif %}
    distribute by source, {{ key }}
{%- endmacro %}

{% macro versions_of(topic, key, columns, cells=false) -%}
    select
        * except (copy_number, place, sending, first_micros, replaced_at),
        if(is_kept, timestamp_micros(first_micros), min(if(is_kept, recorded_at, null)) over (partition by source, {{ key }}))
            as first_recorded_at,
        if(
            is_kept and not {{ 'is_cancelled' if 'is_cancelled' in columns else 'false' }},
            if(replaced_at is null, null, greatest(recorded_at, replaced_at)),
            recorded_at
        ) as superseded_at
        {%- if cells %},
        -- whose days an event of this key may have been counted in, however it was corrected since
        sort_array(collect_set(customer_id) over (partition by source, {{ key }})) as customer_ids,
        sort_array(collect_set({{ local_day('recorded_at', 'time_zone') }}) over (partition by source, {{ key }})) as recorded_days
        {%- endif %}
    from (
        select
            *,
            -- the least time since the sending began: of the greatest sending the greatest of the negative times
            -(max(struct(sending, -unix_micros(recorded_at) as micros)) over so_far).micros as first_micros,
            min(recorded_at) over (
                partition by source, {{ key }}, is_kept
                order by place desc
                rows between unbounded preceding and 1 preceding
            ) as replaced_at
        from (
            select
                *,
                count(sent_at) over so_far as sending
            from (
                select
                    *,
                    row_number() over (
                        partition by source, {{ key }}, event_id, payload_hash
                        order by ingest_seq, is_held
                    ) as copy_number,
                    min(payload_hash) over (partition by source, {{ key }}, event_id) = payload_hash as is_kept,
                    struct(coalesce(sent_at, recorded_at) as sent_at, recorded_at, event_id) as place
                from (
                    {{ events_to_version(topic, key, columns) }}
                )
                inner join (select source, time_zone from {{ ref('dim_sources') }}) using (source)
            )
            where copy_number = 1
            window so_far as (partition by source, {{ key }}, is_kept order by place rows unbounded preceding)
        )
        window so_far as (partition by source, {{ key }}, is_kept order by place rows unbounded preceding)
    )
{%- endmacro %}
