"""The monitor on real daemons, killed on the way: its alerts are what the batch detector says of the same orders.

The orders come in three parts. The monitor dies in the first; PostgreSQL and the process that serves it die in the
second; the third has an odd order in every partition, so that what came before is seen when those are.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kafka import KafkaProducer

from common import postgres
from common.kafka_topics import ALERTS
from infra.local import supervise
from tests.drills.alerts import findings_in_kafka, ids_in_kafka, ids_in_lake, ids_in_postgresql, messages_in_kafka
from tests.drills.findings import Finding, findings
from tests.integration.events import LINE, order
from tests.integration.harness import SAMPLE, Platform, wait_until

SOURCE, PREFIX = "sample", "monitored-"
MARTS = ("+run_bounds", "+fct_orders", "+dim_customers", "+dim_customer_history")
# Of the sample, with ten orders and more each; the last ones order in the last part only, in a partition each.
PEOPLE, LAST_PEOPLE = ("12246", "12232", "12120"), ("12015", "12064", "12218")
CHANNELS = {"size_up", "size_down", "speed"}
ORDERS = 300
IN_POSTGRESQL = f"""
    select channel, event_id from live.anomalies where source = '{SOURCE}' and event_id like '{PREFIX}%'
"""
GARBAGE = (b"no alert", b'{"alert_id": "0"}', b"\xff\xfe", b"[]", None)
POISON = (b"\xff\xfe{", b"", b'{"event_id": 1', None)


def instant(at: datetime) -> str:
    """Return an instant as events have it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


@dataclass
class Orders:
    """Orders that are sent one after the other, a tenth of a second apart by their own times."""

    platform: Platform
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=1))
    sent: int = 0

    def __post_init__(self) -> None:
        """Open a producer, which is closed with the process."""
        self.producer = KafkaProducer(bootstrap_servers=self.platform.settings.kafka_bootstrap)

    def send(self, customer: str | None, pieces: int, partition: int | None = None, **changes: Any) -> str:
        """Send an order of so many mugs at 2.50, or one with changes, and return its event_id."""
        self.sent += 1
        at = self.began + timedelta(seconds=self.sent / 10)
        event_id = f"{PREFIX}{self.sent}"
        event = {
            "event_id": event_id, "source": SOURCE, "customer_id": customer, "order_id": event_id,
            "occurred_at": instant(at), "lines": [{**LINE, "quantity": pieces}], **changes,
        }  # fmt: skip
        key = f"{SOURCE}/{customer or event_id}".encode()
        self.producer.send("orders", order(self.sent, **event), key, partition=partition)
        return event_id

    def send_part(self) -> None:
        """Send orders of whom nobody knows and of guests, and in one of ten something odd."""
        for number in range(ORDERS):
            known = PEOPLE[number // 10 % len(PEOPLE)]
            match number % 20:
                case 3:
                    self.send(known, 20_000)
                case 13:
                    self.send(known, 4)
                    self.send(known, 5)
                case 17:
                    self.send(None, 30_000)
                case 7:
                    self.send(known, 1, lines=[{**LINE, "unit_price": "0.01"}])
                case _:
                    self.send(f"new-{self.sent}", 4 + number % 3)
        self.producer.flush()

    def send_last(self) -> set[tuple[str, str]]:
        """Send to every partition what is odd in each way, and return channels and event_ids."""
        alerts = set()
        for partition, customer in zip(range(self.platform.settings.topic_partitions), LAST_PEOPLE, strict=False):
            alerts.add(("size_up", self.send(customer, 50_000, partition)))
            alerts.add(("speed", self.send(customer, 4, partition)))
        self.producer.flush()
        return alerts


@dataclass(frozen=True)
class Watched:
    """What came of it: alerts of the shop as the batch detector has them, the quarantined event, the last words."""

    expected: dict[str, Finding]
    ahead: str
    process: int
    refused: str
    out: str
    err: str


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a program with all below it, where it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def in_postgresql(platform: Platform) -> set[tuple[str, str]]:
    """Return channels and event_ids of the alerts that PostgreSQL has."""
    with postgres.connect(platform.settings, "reporter") as connection:
        return set(connection.execute(IN_POSTGRESQL.encode()).fetchall())


@pytest.fixture(scope="module")
def shop(never_fed: Platform) -> Platform:
    """A platform whose marts hold the history of the sample's shop."""
    platform = never_fed
    platform.make("ingest")  # makes the topics
    platform.make("replay", SAMPLE)
    platform.make("ingest")
    platform.dbt("run", "--select", *MARTS)
    return platform


@pytest.fixture(scope="module")
def watched(shop: Platform) -> Iterator[Watched]:
    """A monitor under load: killed, refused a second time, without PostgreSQL for a while, ended by Ctrl-C."""
    platform, orders = shop, Orders(shop)
    process = platform.start(sys.executable, "-m", "streaming.monitor")
    try:
        orders.send_part()
        wait_until(lambda: process.poll() is not None or in_postgresql(platform), 400, "no alert came")
        orders.send_part()
        kill(process)
        process = platform.start(sys.executable, "-m", "streaming.monitor")
        poison(platform, orders)
        ahead = orders.send(PEOPLE[0], 90_000, occurred_at=instant(datetime.now(UTC) + timedelta(hours=1)))
        seen = len(in_postgresql(platform))
        wait_until(lambda: process.poll() is not None or len(in_postgresql(platform)) > seen, 400, "it does not go on")
        refused = platform.make("monitor", status=2).stderr
        stop_postgresql(platform, orders)
        last = orders.send_last()
        wait_until(lambda: process.poll() is not None or last <= in_postgresql(platform), 240, "an alert is missing")
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, (out, err)
        expected = {one.alert_id: one for one in findings(platform.environ, SOURCE) if one.event_id.startswith(PREFIX)}
        yield Watched(expected, ahead, process.pid, refused, out, err)
    finally:
        kill(process)


def poison(platform: Platform, orders: Orders) -> None:
    """Write what is no order and no alert to the two topics, and an alert that is there already."""
    for value in POISON:
        orders.producer.send("orders", value, b"poison")
    first, *_ = messages_in_kafka(platform.settings)
    for value in (*GARBAGE, json.dumps(first).encode()):
        orders.producer.send(ALERTS, value, b"garbage")


def stop_postgresql(platform: Platform, orders: Orders) -> None:
    """Kill PostgreSQL while orders come; its supervisor starts it again."""
    before = supervise.processes(platform.settings)["postgres"]["pid"]
    os.kill(before, signal.SIGKILL)
    orders.send_part()
    running = lambda: supervise.processes(platform.settings).get("postgres", {}).get("pid", 0)  # noqa: E731
    wait_until(lambda: running() not in (0, before), 30, "PostgreSQL was not started again")
    platform.make("up")


def test_kafka_lake_and_postgresql_have_the_same_alerts_once(watched: Watched, platform: Platform) -> None:
    told = ids_in_kafka(platform.settings)
    assert len(told) > len(set(told)), "nothing came twice, so the test shows nothing"
    assert sorted(set(told)) == sorted(ids_in_lake(platform.settings)) == sorted(ids_in_postgresql(platform.settings))


def test_the_alerts_are_what_the_batch_detector_says(watched: Watched, platform: Platform) -> None:
    expected = watched.expected
    assert {one.channel for one in expected.values()} == CHANNELS
    told = {one.alert_id: one for one in findings_in_kafka(platform.settings) if one.event_id.startswith(PREFIX)}
    different = {one for one in told.keys() | expected.keys() if told.get(one) != expected.get(one)}
    assert [(told.get(one), expected.get(one)) for one in sorted(different)] == []


def test_an_event_from_the_future_is_not_judged(watched: Watched) -> None:
    assert watched.ahead not in {one.event_id for one in watched.expected.values()}


def test_a_second_monitor_is_refused(watched: Watched) -> None:
    assert f"monitor runs already (process {watched.process})" in watched.refused


def test_ctrl_c_ends_in_order_with_one_line(watched: Watched) -> None:
    assert re.fullmatch(r"monitor: 4 queries ran for [\d,]+ s and ended in order\n", watched.out), watched.out
    passed_over = re.findall(r"(\d+) messages of topic alerts are no alerts", watched.err)
    assert "Traceback" not in watched.err and sum(map(int, passed_over)) >= len(GARBAGE), watched.err


def test_explain_computes_the_same_again(watched: Watched, platform: Platform) -> None:
    platform.make("ingest")
    alert = max(watched.expected.values(), key=lambda one: (one.channel == "speed", one.alert_id))
    said = platform.make("explain", EVENT=alert.event_id).stdout
    assert f"speed: ALERT, score {alert.score:.2f}, alerts from {alert.threshold:.2f}" in said, said
