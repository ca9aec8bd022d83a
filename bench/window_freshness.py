"""How soon an event is in its window in PostgreSQL: the monitor under a steady load, `make stream` beside it.

`.venv/bin/python bench/window_freshness.py` on a running platform: five topics at 200 events/s each for two minutes.
How many events the windows have taken is asked twenty times a second; the k-th event, by its time, is there when that
is k. The first fifth is not counted.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import psycopg
from kafka import KafkaConsumer, TopicPartition

from bench import measure, peers
from common import postgres
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from common.settings import Settings, read_settings
from streaming import topics
from streaming.monitor.windows.aggregation import TOPICS

PERCENTILES = (50, 95, 99)
SHARE_LEFT_OUT = 0.2
SECONDS_BETWEEN_LOOKS = 0.05
FIRST_BATCH_SECONDS, LAST_BATCH_SECONDS = 240, 120
CAME = "select coalesce(sum(events), 0)::bigint from live.window_inputs"
BEGAN = "select count(*) from live.pipeline_health where job = 'windows' and last_success_at > %s"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Looks:
    """When was looked, in seconds since 1970, and how many events the windows had taken since the load began."""

    at: Floats
    taken: npt.NDArray[np.int64]

    def lags(self, happened: Floats) -> Floats:
        """Return how long after its time each event was in its windows, in seconds, by the order of their times."""
        there = np.searchsorted(self.taken, np.arange(1, happened.size + 1))
        return np.asarray(self.at[there] - np.sort(happened))


def main(argv: Sequence[str] | None = None) -> None:
    """Run stream and monitor under the load, and print how late the windows were."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120, help="length of the load (default 120)")
    parser.add_argument("--rate", type=int, default=200, help="events a second and topic (default 200)")
    parser.add_argument("--alone", action="store_true", help="without the stream")
    parser.add_argument("--sample", action="store_true", help="alone, 5 seconds at 20/s, to see that it works")
    arguments = parser.parse_args(argv)
    seconds, rate = (5.0, 20) if arguments.sample else (arguments.seconds, arguments.rate)
    settings = read_settings()
    topics.ensure(settings, load(FOLDER).topics)
    looks, happened = observe(settings, seconds, rate, arguments.alone or arguments.sample)
    lags = looks.lags(happened)[int(happened.size * SHARE_LEFT_OUT) :]
    print(f"five topics at {rate:,} events/s each, {seconds:.0f} s, without the first fifth; lag in seconds")
    row = ("windows", f"{lags.size:,}", *(f"{np.percentile(lags, each):.2f}" for each in PERCENTILES))
    print(measure.table(("", "events", *(f"p{each}" for each in PERCENTILES)), [row]))


def observe(settings: Settings, seconds: float, rate: int, is_alone: bool) -> tuple[Looks, Floats]:
    """Load the topics beside the running monitor; return what was seen, and when the events happened.

    Raises:
        UserError: a program ended, or the windows do not take all events.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(postgres.connect(settings, "reporter"))
        connection.autocommit = True
        if not is_alone:
            stack.enter_context(peers.running([sys.executable, "-m", "streaming.ingest", "--continuous"], os.environ))
        began = datetime.now(UTC)
        alive = stack.enter_context(peers.running([sys.executable, "-m", "streaming.monitor"], os.environ))
        for _ in look(connection, alive, FIRST_BATCH_SECONDS):
            if ask(connection, BEGAN, began):
                break
        before, first = ask(connection, CAME), ends(settings)
        with peers.running(peers.steady_load(settings, rate), os.environ):
            seen = list(look(connection, alive, seconds))
        happened = np.array(list(times(settings, first)))
        for one in look(connection, alive, LAST_BATCH_SECONDS):
            seen.append(one)
            if one[1] - before >= happened.size:
                break
    at, taken = zip(*seen, strict=True)
    if taken[-1] - before < happened.size:
        raise UserError(f"the windows took {taken[-1] - before:,} of {happened.size:,} events; see `make status`")
    return Looks(np.array(at), np.array(taken) - before), happened


def look(connection: psycopg.Connection, alive: peers.Alive, seconds: float) -> Iterator[tuple[float, int]]:
    """Yield, for so many seconds, the time and how many events the windows have taken."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        alive()
        taken = ask(connection, CAME)
        yield time.time(), taken
        time.sleep(SECONDS_BETWEEN_LOOKS)


def ask(connection: psycopg.Connection, query: str, *values: object) -> int:
    """Return the number that PostgreSQL answers."""
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def ends(settings: Settings) -> dict[TopicPartition, int]:
    """Return where the topics of windows end."""
    described = topics.describe(settings, TOPICS)
    return {TopicPartition(one.name, part): end for one in described for part, (_, end) in one.bounds.items()}


def times(settings: Settings, first: dict[TopicPartition, int]) -> Iterator[float]:
    """Yield when the events from some offsets on happened, in seconds since 1970."""
    last = ends(settings)
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, enable_auto_commit=False)
    try:
        for place, offset in first.items():
            consumer.assign([place])
            consumer.seek(place, offset)
            while consumer.position(place) < last[place]:
                for record in consumer.poll(1000).get(place, []):
                    yield datetime.fromisoformat(json.loads(record.value)["occurred_at"]).timestamp()
    finally:
        consumer.close()


if __name__ == "__main__":
    entry_point(main)()
