"""Reading what the monitor has written to PostgreSQL, in the transaction of the report's other figures."""

from typing import LiteralString

from reports.live_figures import DAYS, MINUTES, NOTHING_LIVE, Alert, AlertDay, Live, Minute, Source, Window
from reports.views import Views

TABLES = ("live.windows", "live.anomalies")
TOP_ALERTS = 10

# The time of a rate is the end of its hour or day, so it belongs to what lies before it.
NEWEST: LiteralString = """
    with

    seen as (
        select source, newest_event_at as seen_at from live.windows
        union all
        select source, occurred_at - interval '1 microsecond' from live.anomalies
    ),

    newest as (
        select source, max(seen_at) as newest_at, max(seen_at)::date as newest_on
        from seen
        group by source
    )
"""
SOURCES: LiteralString = f"""
    {NEWEST}
    select source, newest_on from newest order by source collate "C"
"""
DATED: LiteralString = f"""
    {NEWEST},

    dated as (
        select
            anomalies.*,
            case
                when event_id is null then (occurred_at - interval '1 microsecond')::date
                else occurred_at::date
            end as alerted_on
        from live.anomalies as anomalies
    ),

    recent as (
        select dated.* from dated
        inner join newest on dated.source = newest.source
        where dated.alerted_on > newest.newest_on - %(days)s::integer
    )
"""
ALERT_DAYS: LiteralString = f"""
    {DATED}
    select source, channel, alerted_on, count(*) as alerts
    from recent
    group by source, channel, alerted_on
    order by source collate "C", channel collate "C", alerted_on
"""
ALERTS: LiteralString = f"""
    {DATED},

    placed as (
        select *, row_number() over (partition by source order by score desc, alert_id collate "C") as place
        from recent
    )

    select
        source, channel, occurred_at, subject, order_id, score, measured, usual_low, usual, usual_high, unit, reason
    from placed
    where place <= %(top)s
    order by source collate "C", place
"""
MINUTE_ROWS: LiteralString = """
    with

    last_minute as (
        select source, max(started_at) as started_at
        from live.windows
        where minutes = 1 and dimension = 'all' and orders > 0
        group by source
    )

    select windows.source, windows.currency, windows.started_at, windows.orders, windows.revenue
    from live.windows as windows
    inner join last_minute on windows.source = last_minute.source
    where
        windows.minutes = 1
        and windows.dimension = 'all'
        and windows.started_at > last_minute.started_at - make_interval(mins => %(minutes)s)
        and windows.started_at <= last_minute.started_at
    order by windows.source collate "C", windows.currency collate "C", windows.started_at
"""
# The last window that is over; where none is, the last.
WINDOW_ROWS: LiteralString = f"""
    {NEWEST},

    quarters as (
        select windows.*, windows.started_at + interval '15 minutes' <= newest.newest_at as is_over
        from live.windows as windows
        inner join newest on windows.source = newest.source
        where windows.minutes = 15 and windows.dimension in ('city', 'membership') and windows.orders > 0
    ),

    last_quarter as (
        select
            source,
            coalesce(max(started_at) filter (where is_over), max(started_at)) as started_at
        from quarters
        group by source
    )

    select source, dimension, value, currency, started_at, orders, returns, customers, revenue
    from quarters
    inner join last_quarter using (source, started_at)
    order by source collate "C", dimension collate "C", orders desc, value collate "C", currency collate "C"
"""


def read(views: Views) -> Live:
    """Return what the monitor has written; nothing where it has no tables yet."""
    if any(table in views.missing for table in TABLES):
        return NOTHING_LIVE
    windows, anomalies = TABLES
    return Live(
        sources=views.rows(windows, Source, SOURCES),
        days=views.rows(anomalies, AlertDay, ALERT_DAYS, days=DAYS),
        alerts=views.rows(anomalies, Alert, ALERTS, days=DAYS, top=TOP_ALERTS),
        minutes=views.rows(windows, Minute, MINUTE_ROWS, minutes=MINUTES),
        windows=views.rows(windows, Window, WINDOW_ROWS),
    )
