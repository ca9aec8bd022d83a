"""The two queries over orders, from Kafka to topic `alerts`: how much an order comes to, and how soon it comes.

Both write a message at least once, with an identity that says which finding it is.
"""

from dataclasses import dataclass
from typing import ClassVar

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from common.kafka_topics import ALERTS
from common.settings import Settings
from streaming import topics as kafka
from streaming.ingest.opening import identities
from streaming.monitor.alerts.messages import to_messages
from streaming.monitor.checkpoints import Checkpoint, address
from streaming.monitor.inputs import Inputs
from streaming.monitor.orders.detector import order_values, size_verdicts, speed_verdicts
from streaming.monitor.orders.past import look_up_past
from streaming.monitor.orders.previous import append_previous, state_session
from streaming.monitor.source import stream_events
from streaming.monitor.starts import start_behind_marts

TOPIC = "orders"
# What a kill makes the sizes read again, at most; between two such batches nothing is read for half a second.
REAL_TIME_SECONDS = 120
# So many orders of a backlog are a batch of the speed, all of one customer's in memory.
MOST_ORDERS = 50_000


@dataclass
class Sizes:
    """How much an order comes to: nothing is kept, so each order is judged when it comes, not in a batch."""

    settings: Settings
    inputs: Inputs
    name: ClassVar[str] = "sizes"

    def start(self, spark: SparkSession) -> StreamingQuery:
        """Start where the checkpoint ends, or behind the marts."""
        orders = order_values(stream_orders(spark, self.settings, self.inputs, self.name))
        verdicts = size_verdicts(orders, self.inputs.baseline(), look_up_past)
        writer = write_alerts(verdicts, self.settings, self.name)
        # The types that pyspark declares for its own method lack this trigger.
        return writer.trigger(realTime=f"{REAL_TIME_SECONDS} seconds").start()  # type: ignore[call-overload]


@dataclass
class Speed:
    """How soon an order comes after the customer's order before, which a state remembers."""

    settings: Settings
    inputs: Inputs
    name: ClassVar[str] = "speed"

    def start(self, spark: SparkSession) -> StreamingQuery:
        """Start where the checkpoint ends, or behind the marts, with what the baseline knows as its state."""
        session = state_session(spark)
        orders = stream_orders(session, self.settings, self.inputs, self.name, MOST_ORDERS)
        values = order_values(orders.where("customer_id is not null"), "partition", "offset")
        verdicts = speed_verdicts(append_previous(values), self.inputs.baseline(), look_up_past)
        return write_alerts(verdicts, self.settings, self.name).trigger(processingTime="0 seconds").start()


def stream_orders(
    spark: SparkSession, settings: Settings, inputs: Inputs, query: str, most: int | None = None
) -> DataFrame:
    """Return the valid orders as a stream, from where the query's checkpoint ends, or from behind the marts."""
    topics = kafka.describe(settings, [TOPIC])
    begins = Checkpoint(spark, settings, query).open(identities(topics))
    start = start_behind_marts(spark, topics) if begins else "earliest"
    return stream_events(spark, settings, inputs.contracts(), [TOPIC], start, most)


def write_alerts(verdicts: DataFrame, settings: Settings, query: str) -> DataStreamWriter:
    """Return what writes the alerts among verdicts to their topic, with the least delay."""
    return (
        to_messages(verdicts.where("is_alert"))
        .writeStream.format("kafka")
        .queryName(query)
        .outputMode("update")
        .option("kafka.bootstrap.servers", settings.kafka_bootstrap)
        .option("kafka.enable.idempotence", "true")
        .option("topic", ALERTS)
        .option("checkpointLocation", address(settings, query))
    )
