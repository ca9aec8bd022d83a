"""Windows on real daemons: what PostgreSQL and the lake hold is what a plain count of the same events gives.

The second batch moves the data's clock on by 40 minutes, which the third learns: after it an event of 10:00 is late,
one of 10:31 is not.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from common import postgres
from common.kafka_topics import ALERTS
from streaming import topics
from streaming.monitor.rates import rate_watch
from streaming.monitor.rates.rate_alerts import alert
from streaming.monitor.rates.rate_bands import Counts
from streaming.monitor.rates.rate_baseline import RateBaseline
from streaming.monitor.rates.rate_verdicts import UP, Finding, History
from streaming.monitor.rates.rate_watch import RateWatch
from tests.integration.events import order, send
from tests.integration.harness import Platform, wait_until

SOURCE = "windows"
DAY = "2025-06-02"
VISIT = {
    "channel": "search",
    "device": None,
    "seconds": 9,
    "pages_viewed": 1,
    "products_viewed": 0,
    "products_in_cart": 0,
}
# Minute and second after ten, and the customer.
Event = tuple[int, int, str]
FIRST: list[Event] = [(0, 30, "a"), (0, 59, "b"), (1, 0, "a"), (4, 59, "a"), (5, 0, "c")]
SECOND: list[Event] = [(40, 0, "a")]
THIRD: list[Event] = [(41, 0, "b")]
FOURTH: list[Event] = [(0, 45, "d"), (31, 0, "a"), (55, 0, "a")]
LATE = FOURTH[0]
FIFTH: list[Event] = [(55, 1, "c")]
# Shops whose clock is a day behind, or ahead; they send beside the fourth.
CLOCKS = ("windows-behind", "windows-ahead")
KEPT = [each for each in (*FIRST, *SECOND, *THIRD, *FOURTH, *FIFTH) if each != LATE]

SHOP = f"source = '{SOURCE}' and dimension = 'all' and currency = ''"
COLUMNS = "minutes, started_at, orders, visits, customers"
DONE = """
    select count(*) from live.pipeline_health
    where job = 'windows' and topic in ('orders', 'visits') and lag_events = 0
        and least(looked_at, last_success_at) > %s
"""
ONE_MINUTE = """
    insert into live.windows
        (source, minutes, started_at, dimension, value, currency, orders, returns, visits, customers, newest_event_at)
    values ('rates', 1, %(began)s, 'all', '', '', %(orders)s, 0, 0, 0, %(began)s)
"""
CAME = f"select coalesce(sum(events), 0)::bigint from live.window_inputs where source = '{SOURCE}'"


def at(minute: int, second: int) -> str:
    """Return an instant as events have it."""
    return f"{DAY}T10:{minute:02}:{second:02}.000Z"


def events(batch: list[Event]) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield, for each event, an order of one mug at 2.50 and a visit at the same instant."""
    for minute, second, customer in batch:
        number = minute * 60 + second
        who = {"source": SOURCE, "customer_id": customer, "occurred_at": at(minute, second)}
        yield "orders", customer.encode(), order(number, **who)
        visit = {"event_id": f"v{number}", "schema_version": 1, "visit_id": f"v{number}", **who, **VISIT}
        yield "visits", customer.encode(), json.dumps(visit).encode()


def orders_by_other_clocks() -> Iterator[tuple[str, bytes, bytes]]:
    """Yield an order of each shop whose clock is wrong, behind that of the data or ahead of everybody's."""
    yesterday, tomorrow = datetime.fromisoformat(at(0, 0)) - timedelta(days=1), datetime.now(UTC) + timedelta(days=1)
    for number, (source, moment) in enumerate(zip(CLOCKS, (yesterday, tomorrow), strict=True)):
        who = {"source": source, "customer_id": "a", "occurred_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"}
        yield "orders", b"a", order(number, **who)


def ask(platform: Platform, query: str, *values: object) -> int:
    """Return the number that PostgreSQL answers."""
    with postgres.connect(platform.settings, "reporter") as connection:
        [[number]] = connection.execute(query, values).fetchall()
    return int(number)


def start(platform: Platform) -> subprocess.Popen[str]:
    """Start the monitor."""
    return platform.start(sys.executable, "-m", "streaming.monitor")


def wait_for_batch(platform: Platform, process: subprocess.Popen[str], since: datetime) -> None:
    """Wait until the windows have finished a batch after an instant, and nothing waits for them."""
    wait_until(
        lambda: process.poll() is not None or ask(platform, DONE, since) == 2, 240, "no batch of windows has ended"
    )
    assert process.poll() is None, process.communicate()


def count(platform: Platform, process: subprocess.Popen[str], batch: list[Event]) -> None:
    """Send events, and wait until the windows have taken them."""
    total, began = ask(platform, CAME) + 2 * len(batch), datetime.now(UTC)
    send(platform, *events(batch))
    wait_for_batch(platform, process, began)
    assert ask(platform, CAME) == total


@pytest.fixture(scope="module")
def windows_platform(kafka_topics: Platform) -> Iterator[Platform]:
    """A platform whose monitor has counted all events, killed once on the way."""
    platform, began = kafka_topics, datetime.now(UTC)
    process = start(platform)
    try:
        wait_for_batch(platform, process, began)
        for batch in (FIRST, SECOND, THIRD):
            count(platform, process, batch)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        process = start(platform)
        send(platform, *orders_by_other_clocks())
        for batch in (FOURTH, FIFTH):
            count(platform, process, batch)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, (out, err)
        yield platform
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def expected() -> dict[tuple[int, str], tuple[int, int, int]]:
    """Return orders, visits and customers of every window, counted event by event."""
    seen: Counter[tuple[int, datetime]] = Counter()
    customers: dict[tuple[int, datetime], set[str]] = {}
    for minute, second, customer in KEPT:
        moment = datetime.fromisoformat(at(minute, second)).replace(tzinfo=None)
        begins = [(1, moment.replace(second=0))]
        newest = moment.replace(minute=moment.minute // 5 * 5, second=0)
        begins += [(15, newest - timedelta(minutes=each)) for each in (0, 5, 10)]
        for window in begins:
            seen[window] += 1
            customers.setdefault(window, set()).add(customer)
    return {
        (minutes, f"{began:%H:%M}"): (number, number, len(customers[minutes, began]))
        for (minutes, began), number in seen.items()
    }


def windows_of(platform: Platform, store: str) -> dict[tuple[int, str], tuple[int, int, int]]:
    """Return orders, visits and customers of every window of the shop as a store has them, each once."""
    rows = platform.rows(f"select {COLUMNS} from live.windows where {SHOP}", store)
    windows = {
        (int(row["minutes"]), row["started_at"][11:16]): (int(row["orders"]), int(row["visits"]), int(row["customers"]))
        for row in rows
    }
    assert len(windows) == len(rows)
    return windows


def test_postgresql_has_what_a_plain_count_gives(windows_platform: Platform) -> None:
    assert windows_of(windows_platform, "serving") == expected()


def test_the_lake_has_the_windows_that_are_over_each_once(windows_platform: Platform) -> None:
    over = {
        (minutes, began): measures
        for (minutes, began), measures in expected().items()
        if datetime.fromisoformat(f"{DAY} {began}") + timedelta(minutes=minutes)
        <= datetime.fromisoformat(f"{DAY} 10:45")
    }
    assert windows_of(windows_platform, "lake") == over


def test_what_came_is_in_a_minute_or_late(windows_platform: Platform) -> None:
    (row,) = windows_platform.rows(f"select events, late_events from live.window_inputs where source = '{SOURCE}'")
    in_minutes = sum(
        orders + visits
        for (minutes, _), (orders, visits, _) in windows_of(windows_platform, "serving").items()
        if minutes == 1
    )
    assert (int(row["events"]), int(row["late_events"])) == (in_minutes + 2, 2)


def test_a_clock_that_is_a_day_off_moves_no_window(windows_platform: Platform) -> None:
    """That the windows of the shop are what they should be is the other tests'."""
    query = "select source, events, late_events from live.window_inputs where source like 'windows-%'"
    rows = windows_platform.rows(query)
    assert [tuple(row.values()) for row in rows] == [("windows-behind", "1", "1")]
    assert windows_platform.value("select count(*) from live.windows where source like 'windows-%'") == "0"


def test_money_is_in_the_rows_of_its_currency(windows_platform: Platform) -> None:
    query = f"select sum(revenue) from live.windows where source = '{SOURCE}' and minutes = 1 and dimension = 'all'"
    assert windows_platform.value(f"{query} and currency = 'GBP'") == f"{2.5 * len(KEPT):.4f}"


def test_hours_are_judged_when_they_are_over_and_while_they_run(windows_platform: Platform) -> None:
    """Of a shop that has some 20 orders an hour from 9 to 17, one hour has none and the next has too many."""
    orders = np.zeros((1, 84, 24))
    orders[0, :, 9:17] = np.random.default_rng(0).poisson(20, (84, 8))
    bands = History.of(Counts(orders, 0)).bands(84, 1.0)
    assert bands
    watch = RateWatch(windows_platform.settings, RateBaseline(datetime(2025, 6, 2), {"rates": (("",), bands)}))
    midnight = datetime(2025, 6, 4, tzinfo=UTC)
    hours = {9: 20, 10: 20, 12: 90}
    with postgres.connect(windows_platform.settings, "monitor") as connection:
        for hour, number in hours.items():
            began = midnight + timedelta(hours=hour)
            connection.execute(ONE_MINUTE, {"began": began, "orders": number})
        eleven, noon, one = (midnight + timedelta(hours=hour) for hour in (11, 12, 13))
        assert list(watch.over(connection, midnight, eleven)) == []
        (empty,) = watch.over(connection, eleven, noon)
        (surge,) = watch.running(connection, noon)
        of_hours = list(watch.over(connection, noon, one))
        connection.rollback()
    assert (empty["channel"], empty["occurred_at"], empty["measured"]) == ("rate_down", "2025-06-04T12:00:00.000Z", 0)
    assert (surge["channel"], surge["occurred_at"], surge["measured"]) == ("rate_up", "2025-06-04T13:00:00.000Z", 90)
    assert [each["alert_id"] for each in of_hours] == [surge["alert_id"]]


def test_an_alert_of_a_rate_goes_to_its_topic(windows_platform: Platform) -> None:
    finding = Finding(0, UP, 9, 90.0, (10.0, 20.0, 30.0), 9.0, 3.0)
    surge = alert(datetime(2025, 6, 2), "rates", "", datetime(2025, 6, 4, tzinfo=UTC), finding)
    before = topics.describe(windows_platform.settings, [ALERTS])[0].records
    rate_watch.send(windows_platform.settings, [surge])
    assert topics.describe(windows_platform.settings, [ALERTS])[0].records == before + 1
