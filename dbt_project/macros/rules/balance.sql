{% macro balance_columns(openings, totals, as_of_day) -%}
    cast(
            if({{ openings }}.customer_id is null, 0, {{ openings }}.total_spend) + coalesce({{ totals }}.amount, 0)
            as decimal(18, 4)
        ) as total_spend,
        if({{ openings }}.customer_id is null, 0, {{ openings }}.items_purchased) + coalesce({{ totals }}.items, 0)
            as items_purchased,
        cast(coalesce({{ totals }}.average_rating, {{ openings }}.average_rating) as decimal(4, 2)) as average_rating,
        coalesce({{ totals }}.discount_applied, {{ openings }}.discount_applied) as discount_applied,
        coalesce(
            datediff({{ as_of_day }}, {{ totals }}.last_counted_order_on),
            {{ openings }}.days_since_last_purchase + datediff({{ as_of_day }}, {{ openings }}.snapshot_on)
        ) as days_since_last_purchase
{%- endmacro %}

{% macro newest_known(column, place) -%}
    max_by({{ column }}, {{ place }}) filter (where {{ column }} is not null)
{%- endmacro %}
