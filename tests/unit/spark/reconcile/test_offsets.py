"""Kafka against bronze: each offset exactly once, what waits is no fault, and a gap is named."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from common.kafka_topics import Topic
from spark.reconcile import offsets
from spark.reconcile.broker import Gap
from spark.reconcile.offsets import LandedPartition

WHOLE = LandedPartition("orders", 0, "id", rows=10, identities=10, first=0, last=9, valid=8, quarantined=2)


def kafka(bounds: dict[int, tuple[int, int]]) -> dict[str, Topic]:
    return {"orders": Topic("orders", "id", bounds)}


def test_every_offset_once_is_no_fault() -> None:
    topics = kafka({0: (0, 10)})
    assert offsets.current([WHOLE], topics) == [WHOLE]
    assert offsets.faults([WHOLE], [WHOLE], topics) == []
    assert offsets.outer_gaps([WHOLE], topics) == []
    assert (WHOLE.absent, offsets.waiting([WHOLE], topics)) == (0, 0)


def test_what_was_not_ingested_yet_waits() -> None:
    topics = kafka({0: (0, 13), 1: (0, 7)})
    assert offsets.waiting([WHOLE], topics) == 10
    assert offsets.outer_gaps([WHOLE], topics) == []


def test_only_the_topic_that_kafka_has_now_is_compared() -> None:
    old = replace(WHOLE, topic_id="old", last=99, rows=100, identities=100)
    assert offsets.current([old, WHOLE], kafka({0: (0, 10)})) == [WHOLE]
    assert offsets.current([old, WHOLE], {}) == []
    assert offsets.faults([old, WHOLE], [WHOLE], kafka({0: (0, 10)})) == []


def test_rows_that_are_there_twice_are_a_fault_also_of_an_earlier_topic() -> None:
    twice = replace(WHOLE, topic_id="old", rows=11)
    assert offsets.faults([twice, WHOLE], [WHOLE], kafka({0: (0, 10)})) == ["orders/0 (old): 1 rows are there twice"]


@pytest.mark.parametrize("bounds", [{0: (0, 4)}, {}], ids=["fewer records", "no such partition"])
def test_offsets_that_kafka_does_not_have_are_a_fault(bounds: dict[int, tuple[int, int]]) -> None:
    (fault,) = offsets.faults([WHOLE], [WHOLE], kafka(bounds))
    assert fault.startswith("orders/0 (id): bronze reaches offset 9, Kafka only")


def test_records_before_the_first_that_landed_are_a_gap() -> None:
    late = replace(WHOLE, rows=8, identities=8, first=2)
    assert offsets.outer_gaps([late], kafka({0: (0, 10)})) == [Gap("orders", 0, 0, 2)]


def test_records_that_expired_behind_what_landed_are_a_gap() -> None:
    assert offsets.outer_gaps([WHOLE], kafka({0: (15, 20), 1: (3, 3)})) == [
        Gap("orders", 0, 10, 15),
        Gap("orders", 1, 0, 3),
    ]
    assert offsets.outer_gaps([WHOLE], kafka({0: (10, 20)})) == [], "all that expired had landed"


def test_a_gap_is_split_where_kafka_begins() -> None:
    gaps = [Gap("orders", 0, 2, 4), Gap("orders", 0, 4, 8), Gap("orders", 0, 8, 9)]
    expired, held = offsets.split(gaps, kafka({0: (6, 20)}))
    assert expired == [Gap("orders", 0, 2, 4), Gap("orders", 0, 4, 6)]
    assert held == [Gap("orders", 0, 6, 8), Gap("orders", 0, 8, 9)]


def test_a_gap_is_named_by_its_offsets() -> None:
    assert str(Gap("orders", 1, 4, 5)) == "orders/1: offset 4"
    assert str(Gap("orders", 1, 4, 8)) == "orders/1: offsets 4 to 7"


@pytest.fixture
def bronze(spark: SparkSession) -> Iterator[SparkSession]:
    spark.sql("create database bronze")
    spark.sql(
        "create table bronze.events"
        " (topic string, topic_id string, `partition` int, `offset` bigint, ingest_seq bigint, broken_rule string)"
        " using parquet"
    )
    rows = ["('orders', 'old', 0, 0, 1, null)", *(f"('orders', 'id', 0, {n}, 1, null)" for n in (1, 2, 5, 5, 6))]
    rows += ["('orders', 'id', 1, 0, 1, 'not_json')", "('orders', 'id', 0, 9, 2, null)"]
    spark.sql(f"insert into bronze.events values {', '.join(rows)}")
    yield spark
    spark.sql("drop database bronze cascade")


def test_the_queries_see_rows_up_to_the_batch_alone(bronze: SparkSession) -> None:
    assert bronze.sql(offsets.NEWEST_BATCH).collect() == [(2,)]
    parts = [LandedPartition(*row) for row in bronze.sql(offsets.landed_partitions(1)).collect()]
    assert parts == [
        LandedPartition("orders", 0, "id", rows=5, identities=4, first=1, last=6, valid=5, quarantined=0),
        LandedPartition("orders", 1, "id", rows=1, identities=1, first=0, last=0, valid=0, quarantined=1),
        LandedPartition("orders", 0, "old", rows=1, identities=1, first=0, last=0, valid=1, quarantined=0),
    ]
    assert [one.absent for one in parts] == [2, 0, 0]
    assert [Gap(*row) for row in bronze.sql(offsets.inner_gaps(1, parts[:1])).collect()] == [Gap("orders", 0, 3, 5)]
    assert [tuple(row) for row in bronze.sql(offsets.doubles(1, parts)).collect()] == [("orders", "id", 0, 5, 2)]
