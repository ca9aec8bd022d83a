"""What happens now, from schema `live`: "now" is the newest event of a source, not the clock on the wall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from psycopg import sql

from reports.dashboard.catalogue import ALERTS, PIPELINE, Alert, Health
from reports.dashboard.store import Reader
from reports.dashboard.tables import ask

MINUTES = 60
# The windows of 15 minutes begin every 5, so of those that hold the newest event the first began 10 before the last.
SPAN, STEP = 15, 5
ALERTS_SHOWN = 12

# The sources of a table that may be long, by its key.
SOURCES = sql.SQL("""
    with recursive sources as (
        (select source from live.windows order by source limit 1)
        union all
        select (select source from live.windows where source > before.source order by source limit 1)
        from sources as before
        where before.source is not null
    )
    select
        source,
        (select max(newest_event_at) from live.windows as one
         where one.source = sources.source and one.minutes = 1 and one.dimension = 'all'
         and one.started_at = (
             select max(started_at) from live.windows as newest
             where newest.source = sources.source and newest.minutes = 1
         )) as newest_event_at
    from sources
    where source is not null
    order by newest_event_at desc nulls last, source
""")
BY_MINUTE = sql.SQL("""
    select started_at, currency, orders, items, revenue, returns, visits, customers
    from live.windows
    where source = %(source)s and minutes = 1 and dimension = 'all' and started_at between %(since)s and %(until)s
    order by currency, started_at
""")
BY_VALUE = sql.SQL("""
    select value, currency, orders, revenue, returns, visits, customers
    from live.windows
    where source = %(source)s and minutes = 15 and dimension = %(dimension)s and started_at = %(started_at)s
    order by greatest(orders, visits) desc, value, currency
""")
CLOCK = sql.SQL("select clock_timestamp()")


@dataclass(frozen=True)
class Source:
    """A shop with windows, and the time of its newest event."""

    source: str
    newest_event_at: datetime | None


@dataclass(frozen=True)
class Minute:
    """One minute of a source; without a currency it counts events of all, and its amounts are null."""

    started_at: datetime
    currency: str
    orders: int
    items: int | None
    revenue: Decimal | None
    returns: int
    visits: int
    customers: int


@dataclass(frozen=True)
class Slice:
    """One value of a dimension in one window of 15 minutes; currencies as in `Minute`."""

    value: str
    currency: str
    orders: int
    revenue: Decimal | None
    returns: int
    visits: int
    customers: int


@dataclass(frozen=True)
class Now:
    """What the live page shows; `source` is None where there are no windows yet, `clock` is that of PostgreSQL."""

    clock: datetime
    sources: Sequence[Source]
    source: Source | None
    minutes: Sequence[Minute]
    slice_started_at: datetime | None
    totals: Sequence[Slice]
    slices: Sequence[Slice]
    alerts: Sequence[Alert]
    health: Sequence[Health]
    missing: Sequence[str]


def read(reader: Reader, source: str, dimension: str) -> Now:
    """Return what happens in a source, by one dimension; in the one with the newest event where none is named."""
    missing = reader.missing(["live.windows", "live.anomalies", "live.pipeline_health"])
    sources = [] if "live.windows" in missing else reader.rows(Source, SOURCES, {})
    chosen = next((one for one in sources if one.source == source), None) if source else next(iter(sources), None)
    newest = chosen.newest_event_at if chosen else None
    began = slice_start(newest) if newest else None
    until = minute(newest) if newest else None
    shop = chosen.source if chosen else source
    values = {
        "source": shop, "dimension": dimension, "started_at": began,
        "since": until - timedelta(minutes=MINUTES - 1) if until else None, "until": until,
    }  # fmt: skip
    return Now(
        clock=reader.value(CLOCK, {}),
        sources=sources,
        source=chosen,
        minutes=reader.rows(Minute, BY_MINUTE, values) if newest else [],
        slice_started_at=began,
        totals=reader.rows(Slice, BY_VALUE, {**values, "dimension": "all"}) if newest else [],
        slices=reader.rows(Slice, BY_VALUE, values) if newest else [],
        alerts=[] if "live.anomalies" in missing else alerts(reader, shop),
        health=[] if "live.pipeline_health" in missing else reader.rows(Health, ask(PIPELINE, {}).select(), {}),
        missing=missing,
    )


def source_names(reader: Reader) -> list[str]:
    """Return the names of the sources that have windows."""
    return [] if reader.missing(["live.windows"]) else [one.source for one in reader.rows(Source, SOURCES, {})]


def alerts(reader: Reader, source: str) -> list[Alert]:
    """Return the newest alerts, of one source where one is named."""
    question = ask(ALERTS, {"source": source})
    return reader.rows(Alert, question.select_page(), question.values)[:ALERTS_SHOWN]


def minute(moment: datetime) -> datetime:
    """Return the beginning of a minute."""
    return moment.replace(second=0, microsecond=0)


def slice_start(newest: datetime) -> datetime:
    """Return the beginning of the first window of 15 minutes that holds an instant."""
    step = minute(newest) - timedelta(minutes=newest.minute % STEP)
    return step - timedelta(minutes=SPAN - STEP)
