"""What the report asks of the monitor's tables, of a PostgreSQL that has them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from common.live_tables import postgres_ddl
from common.settings import read_settings
from infra.local import provision_postgres
from reports import live_queries
from reports.live_figures import NOTHING_LIVE, AlertDay, Source
from reports.views import Views

NOON = datetime(2024, 1, 9, 12, tzinfo=UTC)
MIDNIGHT = datetime(2024, 1, 9, tzinfo=UTC)
ANOMALY = {
    "alert_id": "a", "source": "main", "channel": "size_up", "occurred_at": NOON, "event_id": "e", "order_id": "o",
    "customer_id": "1", "subject": "customer 1", "score": 3.0, "threshold": 2.5, "measured": 900.0, "usual_low": 10.0,
    "usual": 50.0, "usual_high": 90.0, "unit": "GBP", "evidence": "customer", "baseline_as_of": MIDNIGHT,
    "reason": "large",
}  # fmt: skip
RATE = ANOMALY | {
    "channel": "rate_down",
    "event_id": None,
    "order_id": None,
    "customer_id": None,
    "unit": "orders a day",
}


@pytest.fixture
def connection(postgres_environ: Mapping[str, str]) -> Iterator[psycopg.Connection[Any]]:
    """Return a connection in whose transaction the tables are there, empty; nothing of it stays."""
    settings = read_settings(postgres_environ, Path("/nowhere"))
    with provision_postgres.connect(settings, "lake", "monitor") as connection:
        connection.autocommit = False
        connection.execute("set local time zone 'UTC'")
        for statement in postgres_ddl():
            connection.execute(statement)
        yield connection
        connection.rollback()


def put(connection: psycopg.Connection[Any], *alerts: Mapping[str, object]) -> Views:
    """Store alerts, each under its own identity, and return what reads them."""
    for number, alert in enumerate(alerts):
        values = {**alert, "alert_id": str(number)}
        columns = ", ".join(values)
        places = ", ".join(["%s"] * len(values))
        connection.execute(f"insert into live.anomalies ({columns}) values ({places})", list(values.values()))
    return Views(connection, ())


def test_the_rate_of_a_day_that_ends_at_midnight_belongs_to_that_day(connection: psycopg.Connection[Any]) -> None:
    live = live_queries.read(put(connection, RATE | {"occurred_at": MIDNIGHT}))
    # Else the newest day of the shop would be one of which nothing is known.
    assert live.sources == [Source("main", date(2024, 1, 8))]
    assert live.days == [AlertDay("main", "rate_down", date(2024, 1, 8), 1)]


def test_an_order_at_midnight_belongs_to_the_day_that_begins(connection: psycopg.Connection[Any]) -> None:
    live = live_queries.read(put(connection, ANOMALY | {"occurred_at": MIDNIGHT}, ANOMALY))
    assert live.sources == [Source("main", date(2024, 1, 9))]
    assert live.days == [AlertDay("main", "size_up", date(2024, 1, 9), 2)]


def test_the_alerts_are_those_of_the_last_seven_days_the_most_surprising_first(
    connection: psycopg.Connection[Any],
) -> None:
    scores = {NOON: 3.0, NOON.replace(day=3): 4.0, NOON.replace(day=2): 9.0}
    views = put(connection, *(ANOMALY | {"occurred_at": at, "score": score} for at, score in scores.items()))
    assert [alert.score for alert in live_queries.read(views).alerts] == [4.0, 3.0]


def test_where_the_monitor_never_ran_there_is_nothing(connection: psycopg.Connection[Any]) -> None:
    put(connection, ANOMALY)
    assert live_queries.read(Views(connection, ("live.windows",))) == NOTHING_LIVE
