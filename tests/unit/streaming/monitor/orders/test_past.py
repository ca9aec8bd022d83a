"""What is held in memory is what a join would find."""

import pytest
from pyspark.sql import Row, SparkSession

from streaming.monitor.orders.detector import join_past
from streaming.monitor.orders.past import look_up_past

SHOP = ("source", "currency")
PAST = [
    ("main", "GBP", None, 1.0),
    ("main", "GBP", "a", 2.0),
    ("main", "EUR", None, 3.0),
    ("other", "GBP", "a", 4.0),
]
ORDERS = [
    ("main", "GBP", "a", "own past"),
    ("main", "GBP", "b", "the shop's"),
    ("main", "GBP", None, "of a guest: the shop's"),
    ("main", "EUR", "a", "the shop's in that currency"),
    ("nowhere", "GBP", "a", "no past"),
]


@pytest.mark.parametrize("past", [PAST, []])
def test_a_look_up_finds_what_a_join_finds(spark: SparkSession, past: list[tuple[str, str, str | None, float]]) -> None:
    table = spark.createDataFrame(past, "source string, currency string, customer_id string, expected double")
    orders = spark.createDataFrame(ORDERS, "source string, currency string, customer_id string, order_id string")
    shops = [row for row in table.collect() if row["customer_id"] is None]
    found = look_up_past(orders, table, SHOP)
    assert found.columns == ["source", "currency", "customer_id", "order_id", "expected"]
    assert in_order(found.collect()) == in_order(join_past(orders, table, SHOP).collect())
    assert len(found.collect()) == (4 if shops else 0)


def in_order(rows: list[Row]) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row.asDict().items())) for row in rows)
