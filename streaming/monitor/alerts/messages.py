"""The messages of topic `alerts`: JSON with exactly the columns of `live.anomalies`, written here and read back.

Anyone may write to the topic, so nothing in a message can fail the query that reads it.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from common.live_tables import ANOMALY

COLUMNS = tuple(name for name, _, _ in ANOMALY)
REQUIRED = tuple(name for name, kind, _ in ANOMALY if kind.endswith("not null"))
TEXTS = tuple(name for name, kind, _ in ANOMALY if kind.startswith("string"))
TIMES = tuple(name for name, kind, _ in ANOMALY if kind.startswith("timestamp"))
SCHEMA = ", ".join(f"{name} {kind.removesuffix(' not null')}" for name, kind, _ in ANOMALY)
UNREAD = "_unread"
# What Python and PostgreSQL can hold both.
FIRST_TIME, LAST_TIME = "1900-01-01", "9999-01-01"


def to_messages(anomalies: DataFrame) -> DataFrame:
    """Return the Kafka records of anomalies, `key` and `value`; a subject's records lie in one partition."""
    key = F.concat("source", F.lit("/"), "subject")
    value = F.to_json(F.struct(*COLUMNS), {"ignoreNullFields": "false"})
    return anomalies.select(key.alias("key"), value.alias("value"))


def from_messages(records: DataFrame) -> DataFrame:
    """Return Kafka records as anomalies, with partition, offset and `is_alert`, false where one is none."""
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": UNREAD}
    text = F.col("value").cast("string")
    read = records.select(
        "partition", "offset", F.from_json(text, f"{SCHEMA}, {UNREAD} string", options).alias("message")
    )
    columns = [F.col(f"message.{name}").alias(name) for name in COLUMNS]
    return read.select("partition", "offset", *columns, F.coalesce(is_alert(), F.lit(False)).alias("is_alert"))


def is_alert() -> Column:
    """Return whether a message is an alert that both stores can hold."""
    checks = [F.col("message").isNotNull(), F.col(f"message.{UNREAD}").isNull()]
    checks += [F.col(f"message.{name}").isNotNull() for name in REQUIRED]
    checks += [F.coalesce(F.instr(f"message.{name}", "\0") == 0, F.lit(True)) for name in TEXTS]
    checks += [F.col(f"message.{name}").between(FIRST_TIME, LAST_TIME) for name in TIMES]
    checks += [F.col("message.alert_id").rlike("^[0-9a-f]{32}$")]
    condition = checks[0]
    for check in checks[1:]:
        condition = condition & check
    return condition
