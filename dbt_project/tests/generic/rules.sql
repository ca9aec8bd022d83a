{#- Every rule of a model in one query. A row that comes back names a key of the stated grain and the rules that it breaks:
    `grain` where several rows have the key; `<column>_known` where a column of `known` is null; the name of a check that
    does not hold, where null does not hold; `<columns>_in_<model>` where a model of `refers_to` lacks the key. What refers
    to nothing, a null, breaks nothing; `happened_at` leaves out rows that the other model cannot know yet, where `as_of`
    is set back. -#}
{% test rules(model, grain, known=[], checks={}, refers_to=[]) %}
{%- set broken = {'grain': 'count(*) > 1'} -%}
{%- for column in known -%}
    {%- do broken.update({column ~ '_known': 'count(*) > count(' ~ column ~ ')'}) -%}
{%- endfor -%}
{%- for name, holds in checks.items() -%}
    {%- do broken.update({name: 'max(case when (' ~ holds ~ ') is not true then 1 end) = 1'}) -%}
{%- endfor -%}
{%- for key in refers_to -%}
    {%- do broken.update({key.columns | join('_') ~ '_in_' ~ key.to.identifier: 'max(lost_' ~ loop.index ~ ') = 1'}) -%}
{%- endfor %}
select
    concat_ws(
        ', '
        {%- for column in grain %}, coalesce(cast({{ column }} as {{ dbt.type_string() }}), 'null'){% endfor %}
    ) as row_key,
    concat_ws(
        ', '
        {%- for name, condition in broken.items() %}, case when {{ condition }} then '{{ name }}' end{% endfor %}
    ) as broken_rules
from {{ with_lost_keys(model, refers_to) if refers_to else model }}
group by {{ grain | join(', ') }}
having {{ broken.values() | join(' or ') }}
{% endtest %}
