{% macro rows_of_touched_cells(rows, arrived, cell) -%}
    select * from {{ rows }}
    {%- if is_incremental() %}
    left semi join (
        select source, {{ 'customer_id, ' if 'customer_id' in cell }}explode(recorded_days) as happened_on
        from (
            select source, {{ 'explode(customer_ids) as customer_id, ' if 'customer_id' in cell }}recorded_days
            from {{ ref('int_activity_versions') }}
            where {{ arrived.rows }}
        )
    ) using ({{ cell | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{% macro versions_known_of_cells(activity, grain, fields) -%}
    select {{ grain | join(', ') }}, known_on, order_seq, return_seq, rating_seq, time_zone, version.*
    from (
        select
            *,
            explode_outer(filter(
                versions,
                version -> version.recorded_on <= known_on
                and (version.superseded_on is null or version.superseded_on > known_on)
            )) as version
        from (
            select
                *,
                explode(array_compact(array_distinct(concat(versions.recorded_on, versions.superseded_on)))) as known_on
            from (
                select
                    {{ grain | join(', ') }},
                    max(ingest_seq) filter (where kind = 'order') as order_seq,
                    max(ingest_seq) filter (where kind = 'return') as return_seq,
                    max(ingest_seq) filter (where kind = 'rating') as rating_seq,
                    min(time_zone) as time_zone,
                    collect_list(struct(
                        {{ local_day('recorded_at', 'time_zone') }} as recorded_on,
                        {{ local_day('superseded_at', 'time_zone') }} as superseded_on,
                        {{ fields | join(', ') }}
                    )) as versions
                from {{ activity }}
                group by {{ grain | join(', ') }}
            )
        )
    )
{%- endmacro %}

{% macro states_of_cells(states, grain, arrived, cell) -%}
    {%- set key = grain | join(', ') -%}
    {%- if not is_incremental() or arrived.days[0] is none -%}
    select *, lead(known_on) over (partition by {{ key }} order by known_on) as superseded_on
    from {{ states }}
    {%- else -%}
    {%- set names = adapter.get_columns_in_relation(this) | map(attribute='name') | reject('equalto', 'superseded_on') | join(', ') -%}
    select
        {{ names }},
        if(is_new, lead(known_on) over (partition by {{ key }}, is_new order by known_on), known_on) as superseded_on
    from (
        select *, row_number() over (partition by {{ key }}, known_on order by is_new desc) as place
        from (
            select {{ names }}, true as is_new
            from {{ states }}
            union all
            select {{ names }}, false as is_new
            from (
                {{ rows_of_touched_cells(
                    '(select * from ' ~ this ~ ' where ' ~ within_days('happened_on', arrived.days) ~ ')', arrived, cell
                ) }}
            )
        )
    )
    where place = 1
    {%- endif -%}
{%- endmacro %}
