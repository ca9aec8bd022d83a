"""The one streaming query: all topics, one Delta commit per batch, each record exactly once.

Exactly once rests on three things: a batch's rows are one commit; the commit names the checkpoint's identity and the
batch's number, so that a batch that ran again after a crash is skipped by Delta; and a checkpoint that does not agree
with what Delta knows of it is refused before anything is read.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from common.contracts.privacy import Privacy
from common.errors import first_line
from common.kafka_topics import Topic
from common.settings import Settings
from streaming.commit import append_once
from streaming.events import only
from streaming.ingest.bronze_rows import bronze_rows
from streaming.ingest.checkpoint import Offsets, Plan
from streaming.ingest.opening import Opening

ROWS_PER_TASK = 50_000


class LandingError(Exception):
    """A batch did not land."""


@dataclass(frozen=True)
class Batch:
    """A batch that has landed: its numbers in the checkpoint and in bronze, how many offsets it took of each topic,
    where it ended, and its seconds.
    """

    number: int
    seq: int
    records: dict[str, int]
    ends: Offsets
    seconds: float

    def __str__(self) -> str:
        """Return the batch in a line."""
        rows = sum(self.records.values())
        return f"batch {self.number}: {rows:,} rows, {rows / self.seconds:,.0f}/s"


@dataclass
class Lander:
    """Writes the query's batches, each under the plan that it began with."""

    opening: Opening
    table: str
    privacy: Privacy
    on_landed: Callable[[Batch], None]
    last_ends: dict[int, Offsets] = field(default_factory=dict)
    failure: Exception | None = None

    def __post_init__(self) -> None:
        """Begin behind the last batch that has landed."""
        self.checkpoint, self.transaction = self.opening.checkpoint, self.opening.transaction

    def __call__(self, batch: DataFrame, number: int) -> None:
        """Land one batch.

        Raises:
            LandingError: it did not; the engine searches the text of what is raised here with a pattern that a long
                one overflows the stack of, so only its first line goes there.
        """
        try:
            self.land(batch, number)
        except Exception as error:
            self.failure = error
            raise LandingError(first_line(error)) from None

    def land(self, batch: DataFrame, number: int) -> None:
        """Parse, judge and append one batch."""
        began = time.monotonic()
        before, ends = self.end_offsets(number - 1), self.end_offsets(number)
        self.last_ends = {number: ends}
        counts = records(before, ends)
        plan = self.plan_of(number)
        contracts = only(plan.contracts, [topic for topic, count in counts.items() if count])
        seq = self.checkpoint.seq(number)
        # Before anything is computed: each partition of the input generates the code of its projections again.
        rows = bronze_rows(batch.coalesce(tasks(counts)), contracts, plan.topic_ids, seq, self.privacy)
        transaction = append_once(rows, self.table, self.checkpoint.application, number, self.transaction)
        if transaction:
            self.transaction = transaction
            self.on_landed(Batch(number, seq, counts, ends, time.monotonic() - began))

    def plan_of(self, number: int) -> Plan:
        """Return the plan that a batch began with: the run's own, or that of the run that planned it."""
        older = self.checkpoint.plan(number) if number < self.opening.next_batch else None
        return older or self.opening.plan

    def end_offsets(self, number: int) -> Offsets:
        """Return where a batch ends; the one before is known."""
        return self.last_ends.get(number) or self.checkpoint.end_offsets(number)


@contextmanager
def running(
    spark: SparkSession, settings: Settings, topics: Sequence[Topic], lander: Lander, continuous: bool
) -> Iterator[StreamingQuery]:
    """Run the query for the length of the block: on and on, or until it has read what is there now."""
    is_first = lander.opening.next_batch == 0
    start = json.dumps(starting_offsets(lander.checkpoint.start, topics)) if is_first else "earliest"
    reader = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka_bootstrap)
        .option("kafka.isolation.level", "read_committed")
        # At the end of a partition Spark asks where that is, and the broker answers behind a fetch that waits for more
        # records: by default half a second, in every batch, for one partition after the other.
        .option("kafka.fetch.max.wait.ms", "10")
        .option("subscribe", ",".join(topic.name for topic in topics))
        .option("startingOffsets", start)
        .option("maxOffsetsPerTrigger", settings.max_offsets_per_batch)
        .option("failOnDataLoss", "true")
    )
    writer = (
        reader.load().writeStream.foreachBatch(lander).option("checkpointLocation", lander.checkpoint.folder.address)
    )
    query = (writer.trigger(processingTime="0 seconds") if continuous else writer.trigger(availableNow=True)).start()
    try:
        yield query
    finally:
        query.stop()


def starting_offsets(start: Offsets, topics: Sequence[Topic]) -> Offsets:
    """Return where to begin in every partition there is now, as Spark demands; one that came later at its first."""
    return {
        topic.name: {
            partition: start.get(topic.name, {}).get(partition, first) for partition, (first, _) in topic.bounds.items()
        }
        for topic in topics
    }


def records(before: Offsets, ends: Offsets) -> dict[str, int]:
    """Return how many offsets lie between two sets of offsets, per topic; a new partition counts from its first."""
    return {
        topic: sum(end - before.get(topic, {}).get(partition, 0) for partition, end in parts.items())
        for topic, parts in ends.items()
    }


def tasks(counts: dict[str, int]) -> int:
    """Return how many tasks a batch is worth: each writes a file."""
    return max(1, min(os.cpu_count() or 1, sum(counts.values()) // ROWS_PER_TASK))


def say(batch: Batch) -> None:
    """Report a batch on standard error."""
    print(f"ingest: {batch}", file=sys.stderr, flush=True)
