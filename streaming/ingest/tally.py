"""What a run landed, counted in bronze, and whether bronze holds all that Kafka held when the run began."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark.common.errors import UserError
from streaming.topics import Topic

HEADER = f"{'topic':<12}{'read':>12}{'valid':>12}{'duplicates':>12}{'quarantined':>13}"


@dataclass(frozen=True)
class TopicTally:
    """The new rows of a topic: valid, of these the duplicates, and the quarantined by rule."""

    topic: str
    valid: int
    duplicates: int
    quarantined: dict[str, int]

    @property
    def read(self) -> int:
        """Return all new rows."""
        return self.valid + sum(self.quarantined.values())

    def __str__(self) -> str:
        """Return one line of the table."""
        held = sum(self.quarantined.values())
        rules = ", ".join(f"{rule} {count:,}" for rule, count in sorted(self.quarantined.items()))
        line = f"{self.topic:<12}{self.read:>12,}{self.valid:>12,}{self.duplicates:>12,}{held:>13,}  {rules}"
        return line.rstrip()


def tally(events: DataFrame, last_seq: int, topics: Sequence[str]) -> list[TopicTally]:
    """Count the rows of `bronze.events` that came after batch `last_seq`, per topic."""
    fresh = events.where(F.col("ingest_seq") > last_seq)
    counts = {
        (row.topic, row.broken_rule): row["count"] for row in fresh.groupBy("topic", "broken_rule").count().collect()
    }
    repeated = duplicates(events, last_seq)
    return [
        TopicTally(
            topic,
            counts.get((topic, None), 0),
            repeated.get(topic, 0),
            {rule: count for (of, rule), count in counts.items() if of == topic and rule is not None},
        )
        for topic in topics
    ]


def duplicates(events: DataFrame, last_seq: int) -> dict[str, int]:
    """Return, per topic, how many new valid rows have an event_id that came before them."""
    valid = events.where(F.col("broken_rule").isNull()).select("topic", "event_id", "ingest_seq")
    fresh = valid.where(F.col("ingest_seq") > last_seq).groupBy("topic", "event_id").agg(F.count("*").alias("rows"))
    earlier = valid.where(F.col("ingest_seq") <= last_seq).select("topic", "event_id", F.lit(1).alias("known"))
    repeated = (
        fresh.join(earlier.distinct(), ["topic", "event_id"], "left")
        .groupBy("topic")
        .agg(F.sum(F.col("rows") - 1 + F.coalesce("known", F.lit(0))).alias("duplicates"))
    )
    return {row.topic: row.duplicates for row in repeated.collect()}


def table(tallies: Sequence[TopicTally]) -> str:
    """Return the table of a run."""
    return "\n".join([HEADER, *map(str, tallies)])


def summary(tallies: Sequence[TopicTally]) -> str:
    """Return the run in one line; it adds up."""
    read, valid = sum(one.read for one in tallies), sum(one.valid for one in tallies)
    repeated = sum(one.duplicates for one in tallies)
    return (
        f"{read:,} events read = {valid:,} valid ({repeated:,} of them duplicates) + {read - valid:,} quarantined;"
        " bronze.events holds all that Kafka does"
    )


def require_all(events: DataFrame, topics: Sequence[Topic], checkpoints: str) -> None:
    """Compare bronze with the offsets that Kafka had when the run began.

    Raises:
        UserError: a record is missing from bronze, or there twice.
    """
    landed = {
        (row.topic_id, row.partition): row
        for row in events.groupBy("topic_id", "partition")
        .agg(
            F.min("offset").alias("first"),
            F.max("offset").alias("last"),
            F.count("*").alias("rows"),
            F.countDistinct("offset").alias("offsets"),
        )
        .collect()
    }
    for topic in topics:
        for partition, (first, end) in topic.bounds.items():
            row = landed.get((topic.topic_id, partition))
            if row is None and first == end:
                continue
            missing = end - first if row is None else max(end, row.last + 1) - min(first, row.first) - row.offsets
            twice = 0 if row is None else row.rows - row.offsets
            if missing or twice:
                raise UserError(
                    f"{topic.name}, partition {partition}: {missing:,} records of Kafka are not in bronze.events,"
                    f" {twice:,} are there twice; was the table changed by hand? Removing the folder {checkpoints}"
                    " makes the next run start from where bronze.events ends"
                )
