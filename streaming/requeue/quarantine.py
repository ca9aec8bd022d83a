"""What of the quarantine is to be sent again: the newest row of each event that has not become valid since."""

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from common.contracts.privacy import Privacy
from common.settings import Settings
from common.tables import instant

COLUMNS = ("topic", "partition", "offset", "key", "event_id")


def readable_payload(settings: Settings) -> Column:
    """Return the payload as it came, decrypted; null where it was encrypted by another key."""
    return Privacy.of(settings).decrypt(F.col("payload"))


def candidates(events: DataFrame, rule: str, since: datetime, payload: Column, field: str | None = None) -> DataFrame:
    """Return the rows of `bronze.events` to send again: topic, partition, offset, key, event_id, payload.

    An event is known by its id, one without by the hash of its value, so that what was sent again and broke a rule
    once more counts once, and what became valid is left.

    Args:
        events: `bronze.events`.
        rule: the rule that they broke.
        since: the first arrival that counts, a naive UTC datetime.
        payload: the value as it came.
        field: the field that the rule is about, by default any.
    """
    known = events.withColumns({"identity": F.coalesce("event_id", F.col("payload_hash").cast("string"))})
    broken = known.where((F.col("broken_rule") == rule) & (F.col("arrived_at") >= instant(since)))
    broken = broken.where(F.col("broken_field") == field) if field else broken
    newest = Window.partitionBy("topic", "identity").orderBy(
        F.desc("ingest_seq"), F.desc("arrived_at"), F.desc("partition"), F.desc("offset")
    )
    latest = broken.withColumns({"nth": F.row_number().over(newest)}).where("nth = 1 and payload is not null")
    valid = known.where(F.col("broken_rule").isNull()).select("topic", "identity")
    waiting = latest.join(valid, ["topic", "identity"], "left_anti")
    return waiting.select(*COLUMNS, payload.alias("payload")).orderBy("topic", "partition", "offset")


def rules(events: DataFrame) -> dict[str, int]:
    """Return how many rows of bronze each rule holds in quarantine."""
    counts = events.where(F.col("broken_rule").isNotNull()).groupBy("broken_rule").count()
    return {row.broken_rule: row["count"] for row in counts.orderBy("broken_rule").collect()}
