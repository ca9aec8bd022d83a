"""The query of windows: from valid orders, returns and visits to counts by window, stored batch by batch.

Beside the engine's files its checkpoint holds `windows.json`: the name of its commits in Delta, and where the lake's
windows ended when it began. Where a checkpoint was lost, the next one begins so far back in Kafka that every window
that is not in the lake is counted from its first event on.
"""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from kafka import KafkaConsumer, TopicPartition
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from common import postgres
from common.kafka_errors import reaching
from common.kafka_topics import Topic
from common.lake_paths import table_folder
from common.live_tables import WINDOWS
from common.settings import Settings
from streaming import topics as kafka
from streaming.folder import Folder
from streaming.ingest.checkpoint import Offsets
from streaming.ingest.opening import identities
from streaming.monitor.checkpoints import Checkpoint
from streaming.monitor.inputs import Inputs
from streaming.monitor.orders.past import key
from streaming.monitor.orders.previous import state_session
from streaming.monitor.rates import rate_baseline
from streaming.monitor.rates.rate_watch import RateWatch
from streaming.monitor.source import Start, stream_events
from streaming.monitor.starts import start_behind_marts
from streaming.monitor.windows import window_tables
from streaming.monitor.windows.aggregation import TOPICS, window_counts
from streaming.monitor.windows.store import EPOCH, ROLE, Watch, WindowStore, lake_end

# One batch a second: a window is seen soon enough, and the machine has the rest of the second for the other queries.
TRIGGER = "1 second"
# An event may lie so far before its arrival by the broker's clock, by the contracts, and be in a window of 15 minutes.
REACH = timedelta(minutes=20)
# The engine's sketches of customers are objects; beyond so many groups a task it would sort them instead.
MOST_GROUPS = "1000000"
IDENTITY = "windows.json"
# The function that finds what is known of a customer.
CUSTOMERS = "known_customer"


@dataclass(frozen=True)
class Identity:
    """A checkpoint's name in Delta's transactions, where the lake's windows ended when it began, and where it began."""

    application: str
    closed_until: datetime
    start: Start


def read_identity(checkpoint: Folder) -> Identity:
    """Return a checkpoint's identity."""
    content = json.loads(checkpoint.read(IDENTITY) or "{}")
    return Identity(content["id"], EPOCH + timedelta(seconds=content["closed_until"]), content["start"])


@dataclass
class Windows:
    """The query of windows.

    Args:
        inputs: the contracts, and what the baseline knows of customers.
        on_late: is told how many events have been too late for their minute.
    """

    settings: Settings
    inputs: Inputs
    on_late: Callable[[int], None] = lambda events: None
    name: ClassVar[str] = "windows"

    @property
    def table(self) -> str:
        """Return where the lake's windows are."""
        return f"{self.settings.hdfs_url}{table_folder(WINDOWS.name)}"

    def start(self, spark: SparkSession) -> StreamingQuery:
        """Start where the checkpoint ends; without one behind what the lake has of windows."""
        session = state_session(spark)
        session.conf.set("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", MOST_GROUPS)
        topics = kafka.describe(self.settings, TOPICS)
        checkpoint = Checkpoint(spark, self.settings, self.name)
        begins = checkpoint.open(identities(topics))
        identity = self.begin(spark, topics, checkpoint.folder) if begins else read_identity(checkpoint.folder)
        events = stream_events(session, self.settings, self.inputs.contracts(), TOPICS, identity.start)
        counts = window_counts(add_customer(events, self.inputs.baseline().customers))
        writer = counts.writeStream.outputMode("update").queryName(self.name).trigger(processingTime=TRIGGER)
        writer = writer.foreachBatch(
            WindowStore(
                self.settings,
                checkpoint.folder,
                self.table,
                identity.application,
                identity.closed_until,
                self.watch(spark),
                self.on_late,
            )
        )
        return writer.option("checkpointLocation", checkpoint.folder.address).start()

    def watch(self, spark: SparkSession) -> Watch:
        """Return what looks for odd rates."""
        known = rate_baseline.newest(spark, self.settings)
        return RateWatch(self.settings, known) if known else lambda *of_batch: None

    def begin(self, spark: SparkSession, topics: Sequence[Topic], checkpoint: Folder) -> Identity:
        """Make PostgreSQL ready for a new checkpoint, and return its identity, written into it."""
        closed_until = lake_end(spark, self.table)
        knows_windows = closed_until > EPOCH
        start = self.offsets_since(topics, closed_until - REACH) if knows_windows else start_behind_marts(spark, topics)
        with postgres.connect(self.settings, ROLE) as connection:
            window_tables.begin(connection, closed_until)
        identity = {"id": str(uuid.uuid4()), "closed_until": closed_until.timestamp(), "start": start}
        checkpoint.write(IDENTITY, json.dumps(identity))
        return read_identity(checkpoint)

    def offsets_since(self, topics: Sequence[Topic], moment: datetime) -> Offsets:
        """Return the offsets of the first records that came at a moment or later, for every partition."""
        ends = {one.name: one.bounds for one in topics}
        wanted = {TopicPartition(topic, part): int(moment.timestamp() * 1000) for topic in ends for part in ends[topic]}
        with reaching(self.settings):
            consumer = KafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap, enable_auto_commit=False)
            try:
                first = consumer.offsets_for_times(wanted)
            finally:
                consumer.close()
        offsets: Offsets = {topic: {part: end for part, (_, end) in ends[topic].items()} for topic in ends}
        for place, found in first.items():
            if found is not None:
                offsets[place.topic][place.partition] = found.offset
        return offsets


def add_customer(events: DataFrame, customers: DataFrame) -> DataFrame:
    """Return events with `city` and `membership` of the customer, null where nobody knows them."""
    fields = [name for name in events.columns if name not in ("city", "membership")]
    java = events.sparkSession._jvm
    assert java is not None
    known = customers.where("customer_id is not null").select(
        "city", F.col("membership_type").alias("membership"), F.expr(key(["source"], "customer_id")).alias("key")
    )
    java.lakehouse.Lookup.register(CUSTOMERS, known._jdf, events.sparkSession._jsparkSession)
    with_known = events.select(*fields, F.expr(f"{CUSTOMERS}({key(['source'], 'customer_id')})").alias("known"))
    return with_known.select(*fields, F.col("known.city").alias("city"), F.col("known.membership").alias("membership"))
