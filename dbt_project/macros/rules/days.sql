{#- A shop's days are those of its own clock. `if` leaves the many shops of UTC without the work; it is the same for them. -#}

{% macro local_time(instant, zone) -%}
    if({{ zone }} = 'UTC', {{ instant }}, from_utc_timestamp({{ instant }}, {{ zone }}))
{%- endmacro %}

{% macro local_day(instant, zone) -%}
    cast({{ local_time(instant, zone) }} as date)
{%- endmacro %}

{% macro midnight(day, zone) -%}
    to_utc_timestamp(cast({{ day }} as timestamp), {{ zone }})
{%- endmacro %}

{% macro midnight_before(bounds, days) -%}
    {{ midnight('date_sub(' ~ bounds ~ '.as_of_day, ' ~ days ~ ')', bounds ~ '.time_zone') }}
{%- endmacro %}
