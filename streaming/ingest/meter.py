"""What the ingest has done: said from time to time, kept in a file for `make status`, and shown to Prometheus."""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from common.files import replace_file
from common.kafka_errors import UnreachableError
from common.settings import Settings
from streaming import topics as kafka
from streaming.ingest import tally
from streaming.ingest.checkpoint import Offsets
from streaming.ingest.gauges import Gauges
from streaming.ingest.landing import Batch
from streaming.ingest.tally import TopicTally
from streaming.ingest.totals import FILE, Totals

SECONDS_BETWEEN_REPORTS = 10.0


@dataclass
class Meter:
    """Counts of one run, per topic, and of all runs before."""

    spark: SparkSession
    settings: Settings
    table: str
    offsets: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    arrived: dict[str, float] = field(default_factory=dict)
    newest: dict[str, float] = field(default_factory=dict)
    batches: int = 0
    last: Batch | None = None
    ends: Offsets = field(default_factory=dict)
    first_seq: int = 0
    before: Totals | None = None
    counted_seq: int | None = None
    newest_seq: int = 0
    reported: float = field(default_factory=time.monotonic)
    reported_offsets: int = 0
    gauges: Gauges | None = None

    def begin(self, first_seq: int, offsets: Offsets) -> None:
        """Begin a query behind some offsets; of the run's first one, find out what landed before it."""
        self.ends = offsets
        if self.before is None:
            self.first_seq, self.before = first_seq, Totals.before(self.settings, first_seq)

    def add(self, batch: Batch) -> None:
        """Count a batch; called by the query's own thread."""
        self.offsets += sum(batch.records.values())
        self.batches += 1
        self.last, self.newest_seq, self.ends = batch, batch.seq, batch.ends
        if self.counted_seq is None:
            self.counted_seq = batch.seq - 1

    def look(self) -> None:
        """Report, when the time has come: what landed, what waits, what was quarantined."""
        seconds = time.monotonic() - self.reported
        if seconds < SECONDS_BETWEEN_REPORTS:
            return
        self.gauges = self.gauges or Gauges.serving(self.settings)
        self.count()
        state = self.state((self.offsets - self.reported_offsets) / seconds)
        self.reported, self.reported_offsets = time.monotonic(), self.offsets
        self.keep(state)
        self.gauges.show(state)
        waiting = sum(one["lag_events"] for one in state["topics"].values())
        slowest = max((one["lag_seconds"] for one in state["topics"].values()), default=0.0)
        print(
            f"stream: {self.counted.total():,} events in {self.batches:,} batches, {state['rows_per_second']:,.0f}/s,"
            f" {waiting:,} waiting ({slowest:.1f} s), {self.quarantined.total():,} quarantined",
            file=sys.stderr, flush=True,
        )  # fmt: skip

    def count(self) -> None:
        """Count the rows and the quarantine of the batches since the last count; no older file is read."""
        if self.counted_seq is None or self.counted_seq >= self.newest_seq:
            return
        newest = self.newest_seq
        events = self.spark.read.format("delta").load(self.table)
        for row in tally.arrivals(events, self.counted_seq, newest):
            self.counted[row.topic] += row.events
            self.quarantined[row.topic] += row.quarantined
            self.arrived[row.topic] = row.arrived_at
            if row.occurred_at is not None:
                self.newest[row.topic] = max(row.occurred_at, self.newest.get(row.topic, row.occurred_at))
        self.counted_seq = newest

    def settle(self, tallies: Sequence[TopicTally]) -> None:
        """Keep the counts of a run that has caught up."""
        for one in tallies:
            self.counted[one.topic], self.quarantined[one.topic] = one.read, one.read - one.valid
        self.counted_seq = self.newest_seq
        self.keep(self.state(self.counted.total() / (time.monotonic() - self.reported)))

    def state(self, rate: float) -> dict[str, Any]:
        """Return the counts as `make status` and Prometheus show them."""
        kafka_ends = self.kafka_ends(list(self.ends))
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows_per_second": rate,
            "batches": self.batches,
            "totals": (self.before or Totals()).plus(self.counted, self.quarantined, self.counted_seq or 0),
            "last_batch": self.last.number if self.last else None,
            "last_batch_seconds": self.last.seconds if self.last else None,
            "topics": {
                topic: {
                    "rows": self.counted[topic],
                    "quarantined": self.quarantined[topic],
                    "ends": parts,
                    "last_arrival": self.arrived.get(topic),
                    "newest_event": self.newest.get(topic),
                    **self.lag(topic, parts, kafka_ends.get(topic, {})),
                }
                for topic, parts in self.ends.items()
            },
        }

    def kafka_ends(self, topics: list[str]) -> dict[str, dict[int, tuple[int, int]]]:
        """Return what Kafka holds of each topic now; nothing where it does not answer."""
        try:
            return {topic.name: topic.bounds for topic in kafka.describe(self.settings, topics)}
        except UnreachableError:
            return {}

    def lag(self, topic: str, ends: dict[int, int], bounds: dict[int, tuple[int, int]]) -> dict[str, float]:
        """Return how far a topic is behind: events that wait, and for how long the first of them at most."""
        waiting = sum(max(end - ends.get(part, first), 0) for part, (first, end) in bounds.items())
        arrived = self.arrived.get(topic)
        return {"lag_events": waiting, "lag_seconds": max(time.time() - arrived, 0) if waiting and arrived else 0.0}

    def keep(self, state: dict[str, Any]) -> None:
        """Put the state into its file, whole."""
        replace_file(self.settings.path(*FILE), json.dumps(state))

    def summary(self) -> str:
        """Return a continuous run in one line."""
        self.count()
        return (
            f"{self.counted.total():,} events landed in {self.batches:,} batches,"
            f" {self.quarantined.total():,} of them quarantined"
        )
