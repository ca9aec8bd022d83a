"""What is written to topic `alerts` is what is read back, and nothing that strangers write there is an alert."""

import json
from datetime import datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from common.live_tables import ANOMALIES
from streaming.monitor.alerts.messages import COLUMNS, SCHEMA, from_messages, to_messages
from streaming.monitor.alerts.sink import first_of_each

ALERT: dict[str, Any] = {
    "alert_id": "0123456789abcdef0123456789abcdef", "source": "shop", "channel": "size_up",
    "occurred_at": "2025-01-01T12:00:00.250Z", "event_id": "e1", "order_id": "o1", "customer_id": "17",
    "subject": "customer 17", "score": 3.5, "threshold": 3.0, "measured": 90.0, "usual_low": 1.0, "usual": 2.0,
    "usual_high": 4.0, "unit": "GBP", "evidence": "customer", "baseline_as_of": "2025-01-01T00:00:00.000Z",
    "reason": "much more than usual",
}  # fmt: skip


def message(**changes: Any) -> bytes:
    return json.dumps({**ALERT, **changes}).encode()


def records(spark: SparkSession, *values: bytes | None) -> DataFrame:
    rows = [(0, offset, value) for offset, value in enumerate(values)]
    return spark.createDataFrame(rows, "partition int, offset bigint, value binary")


def test_an_anomaly_comes_back_as_it_was(spark: SparkSession) -> None:
    row = tuple(datetime(2025, 1, 1, 12, 0, 0, 250_000) if name == "occurred_at" else ALERT[name] for name in COLUMNS)
    row = tuple(datetime(2025, 1, 1) if name == "baseline_as_of" else v for name, v in zip(COLUMNS, row, strict=True))
    anomalies = spark.createDataFrame([row], SCHEMA)
    (written,) = to_messages(anomalies).collect()
    assert written["key"] == "shop/customer 17"
    assert json.loads(written["value"]) == ALERT
    back = from_messages(records(spark, written["value"].encode()))
    assert back.where("is_alert").select(*COLUMNS).collect() == anomalies.collect()


def test_a_rate_has_no_event_and_is_an_alert(spark: SparkSession) -> None:
    nulls = dict.fromkeys(("event_id", "order_id", "customer_id", "usual_low", "usual", "usual_high"))
    assert [row["is_alert"] for row in from_messages(records(spark, message(**nulls))).collect()] == [True]


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        message(alert_id="short"),
        message(alert_id=None),
        message(score="high"),
        message(usual="some"),
        message(reason="a\0b"),
        message(occurred_at="+99999-01-01T00:00:00Z"),
        message(occurred_at="yesterday"),
    ],
)
def test_what_is_no_alert_is_passed_over(spark: SparkSession, value: bytes | None) -> None:
    (row,) = from_messages(records(spark, value)).select("is_alert").collect()
    assert row["is_alert"] is False


def test_of_a_repeat_the_first_is_taken(spark: SparkSession) -> None:
    other = "f" * 32
    values = (message(score=3.5), message(alert_id=other, score=4.0), message(score=9.0))
    rows = first_of_each(from_messages(records(spark, *values))).orderBy("alert_id").collect()
    assert [(row["alert_id"], row["score"]) for row in rows] == [(ALERT["alert_id"], 3.5), (other, 4.0)]
    assert list(COLUMNS) == [name for name, _, _ in ANOMALIES.columns]
