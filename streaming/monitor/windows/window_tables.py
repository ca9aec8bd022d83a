"""The windows in PostgreSQL: what a batch changes, in one transaction that leaves the same when it runs again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from common.live_tables import WINDOWS, postgres_type
from streaming.monitor.windows.aggregation import ALL_TIME

COLUMNS = tuple(name for name, _, _ in WINDOWS.columns)
KEY_LENGTH = 6
KEY, MEASURES = COLUMNS[:KEY_LENGTH], COLUMNS[KEY_LENGTH:]
TYPES = tuple(postgres_type(kind.removesuffix(" not null")) for _, kind, _ in WINDOWS.columns)
EVENTS = "{0}.orders + {0}.returns + {0}.visits"
# One statement, whose parts all see the windows as they were before it. Late is what came and no minute has taken;
# totals and windows that are there already add nothing.
STORE = f"""
    with incoming ({", ".join(COLUMNS)}) as (
        select * from unnest({", ".join(f"%s::{kind}[]" for kind in TYPES)})
    ),
    accepted as (
        select source, sum({EVENTS.format("incoming")} - coalesce({EVENTS.format("windows")}, 0)) as events
        from incoming left join live.windows using ({", ".join(KEY)})
        where minutes = 1 and dimension = 'all' and currency = ''
        group by source
    ),
    counted as (
        insert into live.window_inputs as held (source, events, late_events)
        select came.source, came.events, came.events - coalesce(accepted.events, 0)
        from unnest(%s::text[], %s::bigint[]) as came (source, events) left join accepted using (source)
        on conflict (source) do update set
            events = excluded.events, late_events = held.late_events + excluded.late_events - held.events
    )
    insert into live.windows ({", ".join(COLUMNS)}) select {", ".join(COLUMNS)} from incoming
    on conflict ({", ".join(KEY)}) do update set {", ".join(f"{one} = excluded.{one}" for one in MEASURES)}
"""
ENDED_AT = "started_at + minutes * interval '1 minute'"
# The first condition is for the index.
OVER = f"""
    select {", ".join(COLUMNS)} from live.windows
    where started_at >= %(after)s - interval '15 minutes' and {ENDED_AT} > %(after)s and {ENDED_AT} <= %(until)s
    order by {", ".join(KEY)}
"""
FORGET = "delete from live.windows where started_at < %s"
# A new checkpoint counts from nothing, and makes again what was not over.
BEGIN = (
    f"delete from live.windows where {ENDED_AT} > %s",
    "update live.window_inputs set events = 0",
)
FIRST = "select min(started_at) from live.windows where minutes = 1"
LATE = "select coalesce(sum(late_events), 0)::bigint from live.window_inputs"
HOURS = """
    select source, value as city, extract(hour from started_at)::int as hour, sum(orders)::bigint as orders
    from live.windows
    where started_at >= %(day)s and started_at < %(day)s + interval '1 day'
        and minutes = 1 and dimension in ('all', 'city') and currency = ''
    group by 1, 2, 3
"""


def store(connection: psycopg.Connection, rows: Sequence[Sequence[Any]], totals: Mapping[str, int]) -> int:
    """Put rows of COLUMNS in place of those that are there, and return how many events have been late so far.

    Args:
        connection: each statement is a transaction.
        rows: one per window, dimension, value and currency that has changed.
        totals: how many events have come of a source, the late ones included.
    """
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
    connection.execute(STORE, (*columns, list(totals), list(totals.values())))
    row = connection.execute(LATE).fetchone()
    return int(row[0]) if row else 0


def over(connection: psycopg.Connection, after: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """Return the windows that end behind one instant and not behind another, as rows of COLUMNS."""
    return connection.execute(OVER, {"after": after, "until": until}).fetchall()


def forget(connection: psycopg.Connection, before: datetime) -> None:
    """Delete the windows that began before an instant."""
    connection.execute(FORGET, (before,))


def first(connection: psycopg.Connection) -> datetime | None:
    """Return the beginning of the first minute that is there; None without windows."""
    row = connection.execute(FIRST).fetchone()
    return row[0] if row else None


def begin(connection: psycopg.Connection, closed_until: datetime) -> None:
    """Make ready for a checkpoint that knows nothing: windows that end behind an instant will be counted again."""
    with connection.transaction():
        connection.execute(BEGIN[0], (closed_until,))
        connection.execute(BEGIN[1])


def orders_by_hour(connection: psycopg.Connection, day: datetime) -> list[tuple[str, str, int, int]]:
    """Return source, city (empty for the shop), hour and orders of a day from its midnight on; none where none came."""
    return connection.execute(HOURS, {"day": day}).fetchall()


def split(counts: Iterable[Mapping[str, Any]]) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Return what `window_counts` gave as rows of COLUMNS, and the totals of all time by source."""
    rows, totals = [], {}
    for one in counts:
        if one["minutes"] == ALL_TIME:
            totals[one["source"]] = one["orders"] + one["returns"] + one["visits"]
        else:
            rows.append(tuple(one[name] for name in COLUMNS))
    return rows, totals
