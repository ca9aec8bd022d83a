"""The lake takes an alert once, however often a batch with it runs."""

from datetime import datetime
from pathlib import Path

from pyspark.sql import SparkSession

from common.live_tables import ANOMALY
from streaming.monitor.alerts.messages import SCHEMA
from streaming.monitor.alerts.sink import append


def anomaly(number: int, hour: int) -> tuple[object, ...]:
    values = {"string": f"text {number}", "double": 1.0, "timestamp": datetime(2025, 1, 1, hour)}
    return tuple(f"{number:032x}" if name == "alert_id" else values[kind.split()[0]] for name, kind, _ in ANOMALY)


def test_a_batch_that_runs_again_adds_only_what_is_new(spark: SparkSession, tmp_path: Path) -> None:
    table = str(tmp_path / "anomalies")
    spark.createDataFrame([anomaly(1, 9)], SCHEMA).write.format("delta").save(table)
    batch = spark.createDataFrame([anomaly(1, 9), anomaly(2, 10), anomaly(3, 9)], SCHEMA)
    append(batch, table)
    append(batch, table)
    append(batch.limit(0), table)
    rows = spark.read.format("delta").load(table).orderBy("alert_id").collect()
    assert [(int(row["alert_id"], 16), row["occurred_at"].hour) for row in rows] == [(1, 9), (2, 10), (3, 9)]
