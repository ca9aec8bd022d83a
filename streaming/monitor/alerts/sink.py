"""From topic `alerts` into the two stores: Delta `live.anomalies` for good, PostgreSQL for people; each alert once.

A message may come twice: whoever wrote it was killed before it knew that it had, and began again. A batch may, too. So
each store takes what it has not: PostgreSQL by its key, Delta by comparison with the files of the same days, which is
safe since the monitor alone writes there. A crash between the two stores leaves a batch that runs again in both.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.window import Window

from common import postgres
from common.errors import UserError, first_line
from common.kafka_topics import ALERTS
from common.lake_paths import table_folder
from common.live_tables import ANOMALIES
from common.settings import Settings
from streaming import topics as kafka
from streaming.ingest.opening import identities
from streaming.monitor.alerts.messages import COLUMNS, from_messages
from streaming.monitor.checkpoints import Checkpoint, address
from streaming.monitor.source import stream_records
from streaming.progress import say

ROLE = "monitor"
# A commit to Delta costs what many alerts would; with one after the other, no alert would come as soon to Kafka.
TRIGGER = "5 seconds"
# What one batch holds in memory, at some hundred bytes each.
MOST_MESSAGES = 20_000
INSERT = sql.SQL("insert into live.anomalies ({}) values ({}) on conflict do nothing").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), sql.SQL(", ").join(sql.Placeholder() for _ in COLUMNS)
)


class StoreError(Exception):
    """A batch of alerts was not stored."""


@dataclass
class Alerts:
    """The query that stores alerts."""

    settings: Settings
    name: str = "alerts"
    passed_over: int = 0

    def start(self, spark: SparkSession) -> StreamingQuery:
        """Start where the checkpoint ends; without one at the topic's first message, since a repeat changes nothing."""
        Checkpoint(spark, self.settings, self.name).open(identities(kafka.describe(self.settings, [ALERTS])))
        records = stream_records(spark, self.settings, [ALERTS], "earliest", MOST_MESSAGES)
        writer = records.writeStream.foreachBatch(self.store).queryName(self.name).trigger(processingTime=TRIGGER)
        return writer.option("checkpointLocation", address(self.settings, self.name)).start()

    def store(self, records: DataFrame, number: int) -> None:
        """Store one batch.

        Raises:
            StoreError: a store is away; one line, since the engine searches the text of what is raised here.
        """
        messages = from_messages(records).persist()
        try:
            self.count_others(messages)
            anomalies = first_of_each(messages.where("is_alert"))
            insert(self.settings, anomalies)
            append(anomalies, f"{self.settings.hdfs_url}{table_folder(ANOMALIES.name)}")
        except Exception as error:
            raise StoreError(first_line(error)) from None
        finally:
            messages.unpersist()

    def count_others(self, messages: DataFrame) -> None:
        """Count the messages that are no alerts, and say where the first lies."""
        others = messages.where("not is_alert").select("partition", "offset")
        if rows := others.collect():
            self.passed_over += len(rows)
            first = min(rows)
            say(
                f"monitor, alerts: {len(rows):,} messages of topic {ALERTS} are no alerts, the first in partition"
                f" {first['partition']} at offset {first['offset']}; passed over ({self.passed_over:,} so far)"
            )


def first_of_each(messages: DataFrame) -> DataFrame:
    """Return the anomalies of messages, of those with one identity the first."""
    order = F.row_number().over(Window.partitionBy("alert_id").orderBy("partition", "offset"))
    return messages.select("*", order.alias("repeat")).where("repeat = 1").select(*COLUMNS)


def insert(settings: Settings, anomalies: DataFrame) -> None:
    """Insert those that PostgreSQL has not.

    Raises:
        UserError: it does not answer, or refuses them.
    """
    rows = [tuple(row.values()) for row in anomalies.toArrow().to_pylist()]
    if not rows:
        return
    try:
        with postgres.connect(settings, ROLE) as connection, connection.cursor() as cursor:
            cursor.executemany(INSERT, rows)
    except psycopg.Error as error:
        raise UserError(f"PostgreSQL did not take {len(rows):,} alerts: {first_line(error)}") from None


def append(anomalies: DataFrame, table: str) -> None:
    """Append those that the Delta table at a path has not; a repeat has the time of its first."""
    # As numbers, because Python would shift a timestamp into its own time zone.
    ends = [F.unix_micros(end) for end in (F.min("occurred_at"), F.max("occurred_at"))]
    first, last = anomalies.agg(*ends).collect()[0]
    if first is None:
        return
    stored = anomalies.sparkSession.read.format("delta").load(table)
    near = stored.where(
        F.col("occurred_at").between(*(F.timestamp_micros(F.lit(end)) for end in (first, last)))
    ).select("alert_id")
    fresh = anomalies.join(near, "alert_id", "left_anti").select(*COLUMNS)
    fresh.coalesce(1).write.format("delta").mode("append").save(table)
