"""The order before an order: in Kafka's order whatever the batches are, after a restart too."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from streaming.engine import tune
from streaming.monitor.orders.previous import append_previous, state_session
from streaming.monitor.orders.queries import MOST_ORDERS

SCHEMA = "source string, customer_id string, occurred_at timestamp, partition int, offset bigint, order_id string"
# Customer, hour, offset; what was before, by hour.
ORDERS: list[tuple[str, int, int, int | None]] = [
    ("a", 1, 0, None),
    ("a", 3, 1, 1),
    ("b", 2, 2, None),
    ("a", 3, 3, 1),  # at the same instant
    ("a", 4, 4, 3),
    ("a", 3, 5, None),  # came twice, late
    ("b", 5, 6, 2),
    ("b", 4, 7, 2),  # late
    ("b", 6, 8, 5),
    ("b", 1, 9, None),  # late, and older than what is known
    ("a", 9, 10, 4),
]
Answers = dict[int, int | None]
EXPECTED: Answers = {offset: previous for _, _, offset, previous in ORDERS}


@pytest.fixture(scope="module")
def spark(spark: SparkSession) -> SparkSession:
    """A session as the query has it."""
    session = state_session(spark)
    tune(session)
    return session


def frame(spark: SparkSession, orders: list[tuple[str, int, int, int | None]]) -> DataFrame:
    rows = [("shop", who, datetime(2025, 1, 1, hour), 0, offset, f"o{offset}") for who, hour, offset, _ in orders]
    return spark.createDataFrame(rows, SCHEMA)


def answers(judged: DataFrame) -> Answers:
    return {row["offset"]: row["previous_at"] and row["previous_at"].hour for row in judged.collect()}


@pytest.fixture
def stream(spark: SparkSession, tmp_path: Path) -> Callable[[list[tuple[str, int, int, int | None]]], Answers]:
    """Return what feeds the query more orders and gives their answers; each call starts it from its checkpoint."""
    folder = str(tmp_path / "orders")

    def feed(orders: list[tuple[str, int, int, int | None]]) -> Answers:
        given: Answers = {}
        frame(spark, orders).coalesce(1).write.mode("append").parquet(folder)
        source = spark.readStream.schema(SCHEMA).parquet(folder)
        writer = append_previous(source).writeStream.foreachBatch(lambda batch, _: given.update(answers(batch)))
        query = writer.outputMode("update").option("checkpointLocation", str(tmp_path / "checkpoint"))
        query.trigger(availableNow=True).start().awaitTermination()
        return given

    return feed


@pytest.mark.parametrize("size", [1, 4, len(ORDERS)])
def test_the_answer_does_not_hang_on_batches_or_restarts(
    stream: Callable[[list[tuple[str, int, int, int | None]]], Answers], size: int
) -> None:
    given: Answers = {}
    for first in range(0, len(ORDERS), size):
        given.update(stream(list(reversed(ORDERS[first : first + size]))))
    assert given == EXPECTED


def test_the_state_of_a_customer_does_not_grow_with_its_orders(spark: SparkSession, tmp_path: Path) -> None:
    orders = spark.range(MOST_ORDERS).selectExpr(
        "'shop' as source", "'a' as customer_id", "timestamp_seconds(id) as occurred_at", "0 as partition",
        "id as offset", "'o' as order_id",
    )  # fmt: skip
    orders.write.parquet(str(tmp_path / "orders"))
    seen: list[tuple[int, int]] = []

    def count(batch: DataFrame, _: int) -> None:
        right = batch.where("unix_seconds(previous_at) = offset - 1").count()
        seen.append((batch.count(), right))

    source = spark.readStream.schema(SCHEMA).parquet(str(tmp_path / "orders"))
    query = append_previous(source).writeStream.foreachBatch(count).outputMode("update")
    running = query.option("checkpointLocation", str(tmp_path / "checkpoint")).trigger(availableNow=True).start()
    running.awaitTermination()
    assert seen == [(MOST_ORDERS, MOST_ORDERS - 1)]
    # The customer's, and that by which it is forgotten.
    assert running.recentProgress[-1]["stateOperators"][0]["numRowsTotal"] <= 2
