"""Which rows of quarantine are sent again: the newest of each event that is not valid by now."""

from datetime import datetime
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common.contracts.privacy import Privacy
from streaming.requeue.quarantine import candidates, rules

SCHEMA = (
    "topic string, `partition` int, `offset` bigint, arrived_at timestamp, ingest_seq bigint, key string,"
    " broken_rule string, broken_field string, payload binary, payload_hash string, event_id string"
)
MARCH, APRIL = datetime(2025, 3, 1), datetime(2025, 4, 1)


def row(offset: int, rule: str | None, event_id: str | None, **changes: Any) -> tuple[Any, ...]:
    facts = {
        "topic": "orders",
        "partition": 0,
        "offset": offset,
        "arrived_at": APRIL,
        "ingest_seq": offset,
        "key": "shop/1",
        "broken_rule": rule,
        "broken_field": "occurred_at" if rule else None,
        "payload": f"payload {offset}".encode() if rule else None,
        "payload_hash": f"hash {offset}",
        "event_id": event_id,
    }
    return tuple((facts | changes).values())


def offsets(spark: SparkSession, *rows: tuple[Any, ...], since: datetime = MARCH) -> list[int]:
    chosen = candidates(spark.createDataFrame(list(rows), SCHEMA), "wrong_type", since, F.col("payload"))
    return [one.offset for one in chosen.collect()]


def test_the_newest_row_of_an_event_is_sent(spark: SparkSession) -> None:
    assert offsets(spark, row(1, "wrong_type", "a"), row(2, "wrong_type", "a"), row(3, "wrong_type", "b")) == [2, 3]


def test_one_field_may_be_chosen(spark: SparkSession) -> None:
    rows = [row(1, "wrong_type", "a"), row(2, "wrong_type", "b", broken_field="lines.quantity")]
    frame = spark.createDataFrame(rows, SCHEMA)
    chosen = candidates(frame, "wrong_type", MARCH, F.col("payload"), "lines.quantity")
    assert [one.offset for one in chosen.collect()] == [2]


def test_what_became_valid_is_left_by_its_identity(spark: SparkSession) -> None:
    rows = [row(1, "wrong_type", "a"), row(2, None, "a"), row(3, "wrong_type", "b")]
    assert offsets(spark, *rows) == [3]
    assert offsets(spark, row(1, "wrong_type", "a"), row(2, None, "a", topic="returns")) == [1], "of another topic"


def test_an_event_without_an_id_is_known_by_its_value(spark: SparkSession) -> None:
    rows = [
        row(1, "wrong_type", None, payload_hash="same"),
        row(2, "wrong_type", None, payload_hash="same"),
        row(3, "wrong_type", None),
    ]
    assert offsets(spark, *rows) == [2, 3]


def test_other_rules_earlier_arrivals_and_records_without_a_value_are_left(spark: SparkSession) -> None:
    rows = [
        row(1, "not_json", "a"),
        row(2, "wrong_type", "b", arrived_at=datetime(2025, 2, 28, 23, 59)),
        row(3, "wrong_type", None, payload=None, payload_hash=None),
        row(4, "wrong_type", "c", arrived_at=MARCH),
    ]
    assert offsets(spark, *rows) == [4]


def test_a_payload_comes_out_as_it_went_in_and_by_another_key_not_at_all(spark: SparkSession) -> None:
    privacy = Privacy.of_secret("secret")
    stored = spark.createDataFrame([row(1, "wrong_type", "a")], SCHEMA).withColumns(
        {"payload": privacy.encrypt(F.col("payload"))}
    )
    (readable,) = candidates(stored, "wrong_type", MARCH, privacy.decrypt(F.col("payload"))).collect()
    assert readable.asDict() == {
        "topic": "orders",
        "partition": 0,
        "offset": 1,
        "key": "shop/1",
        "event_id": "a",
        "payload": bytearray(b"payload 1"),
    }
    (unreadable,) = candidates(stored, "wrong_type", MARCH, Privacy.of_secret("x").decrypt(F.col("payload"))).collect()
    assert unreadable.payload is None


def test_the_rules_in_quarantine_are_counted(spark: SparkSession) -> None:
    rows = [row(1, "wrong_type", "a"), row(2, None, "b"), row(3, "not_json", None), row(4, "wrong_type", "c")]
    assert rules(spark.createDataFrame(rows, SCHEMA)) == {"not_json": 1, "wrong_type": 2}
