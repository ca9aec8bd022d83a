"""The one streaming query: all topics, one Delta commit per batch, each record exactly once.

Exactly once rests on three things: a batch's rows are one commit; the commit names the checkpoint's identity and the
batch's number, so that a batch that ran again after a crash is skipped by Delta; and a checkpoint belongs to the
topics' identities, so that topics made anew get a new checkpoint, which starts where bronze ends.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from spark.common.contracts import EVENTS, Contracts
from spark.common.settings import Settings
from streaming.engine import mute
from streaming.ingest.parse import bronze_rows
from streaming.ingest.stop import Stop
from streaming.topics import Topic

CHECKPOINTS = "/lake/checkpoints/events"
QUERY_ID = "sql.streaming.queryId"
SECONDS_BETWEEN_LOOKS = 1


def land(
    spark: SparkSession, config: Settings, contracts: Contracts, topics: Sequence[Topic], last_seq: int, stop: Stop
) -> None:
    """Land what the topics hold now; batches are numbered from `last_seq` on."""
    checkpoint = f"{config.hdfs_url}{CHECKPOINTS}/{fingerprint(topics)}"
    starting = "earliest" if exists(spark, f"{checkpoint}/offsets") else json.dumps(positions(spark, topics))
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", config.kafka_bootstrap)
        .option("kafka.isolation.level", "read_committed")
        .option("subscribe", ",".join(topic.name for topic in topics))
        .option("startingOffsets", starting)
        .option("maxOffsetsPerTrigger", config.max_offsets_per_batch)
        .option("failOnDataLoss", "true")
        .load()
    )
    topic_ids = {topic.name: topic.topic_id for topic in topics}
    following = iter(range(last_seq + 1, sys.maxsize))

    def land_batch(batch: DataFrame, batch_id: int) -> None:
        rows = bronze_rows(batch, contracts, topic_ids, next(following))
        query_id = batch.sparkSession.sparkContext.getLocalProperty(QUERY_ID)
        append_once(rows, EVENTS, f"{checkpoint}#{query_id}", batch_id)

    query = (
        records.writeStream.foreachBatch(land_batch)
        .option("checkpointLocation", checkpoint)
        .trigger(availableNow=True)
        .start()
    )
    try:
        watch(query, stop)
    except KeyboardInterrupt:
        mute(spark)
        raise
    finally:
        query.stop()


def append_once(rows: DataFrame, table: str, application: str, version: int) -> None:
    """Append rows in one commit, or do nothing where this version of this application is in the table."""
    (
        rows.coalesce(rows.sparkSession.sparkContext.defaultParallelism)
        .write.format("delta")
        .mode("append")
        .option("txnAppId", application)
        .option("txnVersion", version)
        .saveAsTable(table)
    )


def watch(query: StreamingQuery, stop: Stop) -> None:
    """Report each batch on standard error until the query ends or a stop is asked for."""
    seen: set[int] = set()
    while not query.awaitTermination(SECONDS_BETWEEN_LOOKS):
        seen = report(query, seen)
        stop.check()
    report(query, seen)


def report(query: StreamingQuery, seen: set[int]) -> set[int]:
    """Say what the batches since the last look did."""
    fresh = [one for one in query.recentProgress if one.numInputRows and one.batchId not in seen]
    for one in fresh:
        rate = one.processedRowsPerSecond
        print(f"ingest: batch {one.batchId}: {one.numInputRows:,} rows, {rate:,.0f}/s", file=sys.stderr, flush=True)
    return seen | {one.batchId for one in fresh}


def fingerprint(topics: Iterable[Topic]) -> str:
    """Return the name of the checkpoint of these very topics."""
    identities = ",".join(sorted(f"{topic.name}={topic.topic_id}" for topic in topics))
    return hashlib.sha256(identities.encode()).hexdigest()[:16]


def positions(spark: SparkSession, topics: Iterable[Topic]) -> dict[str, dict[str, int]]:
    """Return where to start without a checkpoint: behind what bronze holds of each partition, else at its first."""
    landed = {
        (row.topic_id, row.partition): row.following
        for row in spark.read.table(EVENTS)
        .groupBy("topic_id", "partition")
        .agg((F.max("offset") + 1).alias("following"))
        .collect()
    }
    return {
        topic.name: {
            str(partition): max(first, landed.get((topic.topic_id, partition), first))
            for partition, (first, _) in topic.bounds.items()
        }
        for topic in topics
    }


def exists(spark: SparkSession, path: str) -> bool:
    """Return whether a path of the lake exists."""
    jvm, context = spark._jvm, spark.sparkContext._jsc
    assert jvm is not None
    place = jvm.org.apache.hadoop.fs.Path(path)
    return bool(place.getFileSystem(context.hadoopConfiguration()).exists(place))
