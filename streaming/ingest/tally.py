"""What a run landed, counted in the files that it wrote; older ones are not read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from common.lake_reader import LakeTable

HEADER = f"{'topic':<12}{'read':>12}{'valid':>12}{'quarantined':>13}"


@dataclass(frozen=True)
class TopicTally:
    """The new rows of a topic: valid, and the quarantined by rule."""

    topic: str
    valid: int
    quarantined: dict[str, int]

    @property
    def read(self) -> int:
        """Return all new rows."""
        return self.valid + sum(self.quarantined.values())

    def __str__(self) -> str:
        """Return one line of the table."""
        quarantined = sum(self.quarantined.values())
        rules = ", ".join(f"{rule} {count:,}" for rule, count in sorted(self.quarantined.items()))
        return f"{self.topic:<12}{self.read:>12,}{self.valid:>12,}{quarantined:>13,}  {rules}".rstrip()


def tally(events: LakeTable, first_seq: int, topics: Sequence[str]) -> list[TopicTally]:
    """Count the rows of `bronze.events` from batch `first_seq` on, per topic."""
    numbers = counts(events, first_seq)
    return [
        TopicTally(
            topic,
            numbers[topic, None],
            {rule: count for (of, rule), count in numbers.items() if of == topic and rule is not None},
        )
        for topic in topics
    ]


def counts(events: LakeTable, first_seq: int, last_seq: int | None = None) -> Counter[tuple[str, str | None]]:
    """Count the rows of `bronze.events` of some batches, by topic and broken rule, which is None for the valid.

    Without Spark, which compiles for longer than these few columns take to read.
    """
    rows: Counter[tuple[str, str | None]] = Counter()
    until = "" if last_seq is None else f" and ingest_seq <= {last_seq}"
    for batch in events.batches(("topic", "broken_rule"), where=f"ingest_seq >= {first_seq}{until}"):
        groups = pa.Table.from_batches([batch]).group_by(["topic", "broken_rule"]).aggregate([([], "count_all")])
        for row in groups.to_pylist():
            rows[row["topic"], row["broken_rule"]] += row["count_all"]
    return rows


def arrivals(events: DataFrame, after_seq: int, last_seq: int) -> list[Row]:
    """Return topic, rows, quarantined ones, newest arrival and event (Unix times) of the batches in a range."""
    fresh = events.where(F.col("ingest_seq").between(after_seq + 1, last_seq))
    return (
        fresh.groupBy("topic")
        .agg(
            F.count("*").alias("events"),
            F.count_if(F.col("broken_rule").isNotNull()).alias("quarantined"),
            F.max("arrived_at").cast("double").alias("arrived_at"),
            F.max(F.when(F.col("broken_rule").isNull(), F.col("occurred_at"))).cast("double").alias("occurred_at"),
        )
        .collect()
    )


def table(tallies: Sequence[TopicTally]) -> str:
    """Return the table of a run."""
    return "\n".join([HEADER, *map(str, tallies)])


def summary(tallies: Sequence[TopicTally]) -> str:
    """Return the run in one line; it adds up."""
    read, valid = sum(one.read for one in tallies), sum(one.valid for one in tallies)
    return f"{read:,} events read = {valid:,} valid + {read - valid:,} quarantined; bronze.events has all of Kafka"
