"""The topics as streams of events: valid ones, without those that a contract marks as internal."""

import json
from collections.abc import Sequence
from typing import Literal

from pyspark.sql import DataFrame, SparkSession

from common.contracts.model import Contracts
from common.settings import Settings
from streaming.events import only, valid_events
from streaming.ingest.checkpoint import Offsets

# Where a query without a checkpoint begins: at these offsets, one for every partition, or at an end of the topics.
Start = Offsets | Literal["earliest", "latest"]


def stream_events(
    spark: SparkSession,
    settings: Settings,
    contracts: Contracts,
    topics: Sequence[str],
    start: Start,
    most: int | None = None,
) -> DataFrame:
    """Return the valid events of some topics, with the contracts' fields and Kafka's columns."""
    return valid_events(stream_records(spark, settings, topics, start, most), only(contracts, topics))


def stream_records(
    spark: SparkSession, settings: Settings, topics: Sequence[str], start: Start, most: int | None = None
) -> DataFrame:
    """Return the records of some topics as Kafka's source gives them.

    Args:
        start: where a query without a checkpoint begins.
        most: so many are a batch, at most; a query in real time cannot have a limit.
    """
    reader = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka_bootstrap)
        .option("kafka.isolation.level", "read_committed")
        # A record is handed over when it is there, not when half a second is over.
        .option("kafka.fetch.max.wait.ms", "10")
        .option("subscribe", ",".join(topics))
        .option("startingOffsets", start if isinstance(start, str) else json.dumps(start))
        .option("failOnDataLoss", "true")
    )
    return (reader if most is None else reader.option("maxOffsetsPerTrigger", most)).load()
