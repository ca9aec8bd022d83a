"""Where a query without a checkpoint begins: behind what the marts hold, since the baseline knows that."""

from collections.abc import Mapping, Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common.errors import UserError
from common.kafka_topics import Topic
from common.run_bounds import run_bounds
from streaming.ingest import bronze
from streaming.ingest.checkpoint import Offsets
from streaming.monitor.source import Start


def start_behind_marts(spark: SparkSession, topics: Sequence[Topic]) -> Start:
    """Return the offsets behind the newest mart, or the topics' present ends where there are no marts."""
    try:
        newest = run_bounds(spark).max_ingest_seq
    except UserError:
        return "latest"
    return start_offsets(topics, offsets_of_marts(spark, topics, newest))


def offsets_of_marts(spark: SparkSession, topics: Sequence[Topic], newest_seq: int) -> Offsets:
    """Return the offset that follows what bronze holds of each partition, up to a batch."""
    ids = [topic.topic_id for topic in topics]
    known = bronze.read(spark).where(F.col("topic_id").isin(ids) & (F.col("ingest_seq") <= newest_seq))
    following: Offsets = {topic.name: {} for topic in topics}
    for row in known.groupBy("topic", "partition").agg((F.max("offset") + 1).alias("next")).collect():
        following[row["topic"]][row["partition"]] = row["next"]
    return following


def start_offsets(topics: Sequence[Topic], following: Mapping[str, Mapping[int, int]]) -> Offsets:
    """Return where to begin in every partition, within what Kafka holds; one new to the marts begins at its first."""
    return {
        topic.name: {
            partition: min(max(following.get(topic.name, {}).get(partition, first), first), end)
            for partition, (first, end) in topic.bounds.items()
        }
        for topic in topics
    }
