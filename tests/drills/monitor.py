"""Kill the monitor under load, again and again, and compare: no alert may be lost, none shown twice.

`python -m tests.drills.monitor` on a running platform. A baseline is made up, orders are sent at a rate, some of them
odd, and the monitor is killed at random moments, while it begins too. At the end the topic, the lake and PostgreSQL
must have what the batch detector says of the same orders.
"""

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from kafka import KafkaProducer

from common import monitor_state
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from streaming import topics
from tests.drills import platform
from tests.drills.alerts import ids_in_kafka, ids_in_lake, ids_in_postgresql
from tests.drills.findings import findings
from tests.drills.ingest import kill_tree

SOURCE, CUSTOMERS, RARE_CUSTOMERS = "shop", 2_000, 400
AS_OF = "2025-01-01"
# The query of sizes says every two minutes how far it is.
LONGEST_LIFE, START_SECONDS, REST_SECONDS = 30.0, 400, 400
QUERIES = {"sizes", "speed", "windows", "alerts"}
ODD_SHARE = 0.02


@dataclass
class Load:
    """Orders at a rate, a tenth of a second apart by their own times, until told to end."""

    place: platform.Platform
    chance: Random
    rate: int
    sent: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    began: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=12))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send for the length of the block, and wait until Kafka has all."""
        thread = threading.Thread(target=self.send, name="load")
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join()

    def send(self) -> None:
        """Send until told to end; the thread's work."""
        producer = KafkaProducer(bootstrap_servers=self.place.settings.kafka_bootstrap, acks="all")
        while not self.ended.wait(1 / self.rate):
            key, value = self.order()
            producer.send("orders", value, key)
            self.sent += 1
        producer.flush()
        producer.close()

    def order(self) -> tuple[bytes, bytes]:
        """Return key and value of the next order; one in fifty is much too large."""
        customer = f"c{self.chance.randrange(RARE_CUSTOMERS if self.sent % 10 == 0 else CUSTOMERS)}"
        at, number = self.began + timedelta(seconds=self.sent / 10), f"drill-{self.began:%H%M%S}-{self.sent}"
        pieces = 5_000 if self.chance.random() < ODD_SHARE else self.chance.randrange(6, 10)
        lines = [{"product_id": "P", "quantity": pieces, "unit_price": "2.50", "is_product": True}]
        event = {
            "event_id": number, "schema_version": 1, "source": SOURCE, "customer_id": customer, "order_id": number,
            "occurred_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z", "kind": "sale", "currency": "GBP",
            "lines": lines,
        }  # fmt: skip
        return f"{SOURCE}/{customer}".encode(), json.dumps(event).encode()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the drill.

    Raises:
        UserError: an alert is lost or shown twice.
    """
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills.monitor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10, help="how many (default 10)")
    parser.add_argument("--rate", type=int, default=200, help="orders a second, at most (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is other moments and other orders")
    arguments = parser.parse_args(argv)
    place, chance = platform.of_settings(), Random(arguments.seed)
    orders = Load(place, Random(arguments.seed), arguments.rate)
    topics.ensure(place.settings, load(FOLDER).topics)
    place.command("bench.known_past", AS_OF, "--customers", str(CUSTOMERS))
    kill_again_and_again(place, orders, arguments.kills, chance)
    compare(place, orders.sent, arguments.kills)


def kill_again_and_again(place: platform.Platform, load: Load, kills: int, chance: Random) -> None:
    """Kill the monitor at random moments while orders come, and let the last one read the rest and end in order."""
    process = started(place)
    wait_until(lambda: all_begun(place), START_SECONDS, process)
    with load.running():
        for kill in range(1, kills + 1):
            lived = chance.uniform(1, LONGEST_LIFE)
            time.sleep(lived)
            kill_tree(process.pid)
            process.wait()
            print(f"kill {kill}/{kills} after {lived:.0f} s, {load.sent:,} orders", file=sys.stderr, flush=True)
            process = started(place)
    wait_until(lambda: is_through(place), REST_SECONDS, process)
    process.send_signal(signal.SIGINT)
    if status := process.wait(REST_SECONDS):
        raise UserError(f"the monitor ended with status {status}")


def started(place: platform.Platform) -> subprocess.Popen[bytes]:
    """Start the monitor, of which nothing was said yet."""
    place.settings.path(*monitor_state.FILE).unlink(missing_ok=True)
    return place.start("streaming.monitor")


def wait_until(condition: Callable[[], bool], seconds: float, process: subprocess.Popen[bytes]) -> None:
    """Wait for a condition.

    Raises:
        UserError: the monitor has ended, or so many seconds are over.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError("the monitor has ended, or does not get on; see `make status`")
        time.sleep(1)


def rows(place: platform.Platform) -> list[dict[str, Any]]:
    """Return what the monitor that runs says of its queries; nothing while it has not said anything."""
    state = monitor_state.read(place.settings)
    if state is None:
        return []
    return [row for row in state["rows"] if row["job"] in QUERIES and row["topic"]]


def all_begun(place: platform.Platform) -> bool:
    """Return whether every query has finished a batch."""
    return {row["job"] for row in rows(place)} == QUERIES


def is_through(place: platform.Platform) -> bool:
    """Return whether nothing waits, but for the query that says so every two minutes."""
    return all_begun(place) and not any(row["lag_events"] for row in rows(place))


def compare(place: platform.Platform, orders: int, kills: int) -> None:
    """Count what there is and what there should be.

    Raises:
        UserError: an alert is lost or shown twice.
    """
    expected = {one.alert_id for one in findings(place.environ, SOURCE)}
    told, stores = ids_in_kafka(place.settings), (ids_in_lake(place.settings), ids_in_postgresql(place.settings))
    lost = sum(len(expected - set(ids)) for ids in (told, *stores))
    doubled = sum(len(ids) - len(set(ids)) for ids in stores)
    surplus = sum(len(set(ids) - expected) for ids in (told, *stores))
    in_lake, in_postgresql = map(len, stores)
    summary = (
        f"{kills} kills, {orders:,} orders; alerts: {len(told):,} messages of which {len(set(told)):,} different,"
        f" {in_lake:,} in the lake, {in_postgresql:,} in PostgreSQL, {len(expected):,} by the batch detector:"
        f" lost {lost:,}, doubled {doubled:,}, others {surplus:,}"
    )
    if lost or doubled or surplus or not expected:
        raise UserError(summary)
    print(summary)


if __name__ == "__main__":
    entry_point(main)()
