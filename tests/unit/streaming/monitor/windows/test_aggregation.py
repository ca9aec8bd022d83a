"""Literal events, and the windows, dimensions and currencies that they count in."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from streaming.monitor.windows.aggregation import ALL_TIME, window_counts

PRICE = "decimal(18,4)"
LINE = f"struct<product_id: string, quantity: int, unit_price: {PRICE}, is_product: boolean, discount_amount: {PRICE}>"
SCHEMA = (
    f"topic string, source string, occurred_at timestamp, customer_id string, currency string, lines array<{LINE}>, "
    "channel string, device string, city string, membership string"
)
GOODS = [("g1", 2, Decimal("3.0000"), True, Decimal("1.0000")), ("g2", 1, Decimal("4.0000"), True, None)]
POSTAGE = ("POST", 1, Decimal("3.0000"), False, None)


def event(topic: str, at: str, customer: str | None = "c1", **fields: Any) -> tuple[Any, ...]:
    """Return an event on 2024-03-01 in the columns of SCHEMA."""
    occurred_at = datetime.fromisoformat(f"2024-03-01 {at}")
    money = {"currency": "GBP", "lines": [*GOODS, POSTAGE]} if topic != "visits" else {"channel": "search"}
    values = {"currency": None, "lines": None, "channel": None, "device": None, "city": None, "membership": None}
    values |= money | fields
    return (topic, "shop", occurred_at, customer, *values.values())


def counts(spark: SparkSession, *events: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return the cells of events, with `ended_at` as a time of the day."""
    cells = window_counts(spark.createDataFrame(list(events), SCHEMA))
    shown = cells.withColumn("ended_at", F.date_format("ended_at", "HH:mm"))
    return [row.asDict() for row in shown.collect()]


def cell(cells: list[dict[str, Any]], ended_at: str | None, **key: Any) -> dict[str, Any]:
    """Return the measures of one cell; by default that of all events of a minute, in every currency."""
    wanted = {"ended_at": ended_at, "minutes": 1, "dimension": "all", "value": "", "currency": "", **key}
    (row,) = [one for one in cells if wanted.items() <= one.items()]
    return {name: value for name, value in row.items() if name not in {*wanted, "source"}}


def test_an_event_on_an_edge_is_in_the_window_that_begins(spark: SparkSession) -> None:
    cells = counts(spark, event("orders", "10:00:00"), event("orders", "10:04:59.999"), event("orders", "10:05:00"))
    ends = {
        (one["minutes"], one["ended_at"]): one["orders"]
        for one in cells
        if one["dimension"] == "all" and one["currency"] == "" and one["minutes"] != ALL_TIME
    }
    minutes = {(1, "10:01"): 1, (1, "10:05"): 1, (1, "10:06"): 1}
    assert ends == {**minutes, (15, "10:05"): 2, (15, "10:10"): 3, (15, "10:15"): 3, (15, "10:20"): 1}


def test_goods_are_pieces_and_all_lines_less_discounts_are_revenue(spark: SparkSession) -> None:
    cells = counts(spark, event("orders", "10:00:00"))
    assert cell(cells, "10:01", currency="GBP") == {
        "orders": 1, "items": 3, "revenue": Decimal("12.0000"), "returns": 0, "returned": Decimal(0), "visits": 0,
        "customers": 1, "newest_event_at": datetime(2024, 3, 1, 10),
    }  # fmt: skip
    without = cell(cells, "10:01")
    assert (without["orders"], without["items"], without["revenue"], without["returned"]) == (1, None, None, None)


def test_a_return_is_no_order_and_a_guest_no_customer(spark: SparkSession) -> None:
    cells = counts(spark, event("returns", "10:00:00"), event("orders", "10:00:30", None), event("visits", "10:00:40"))
    money = cell(cells, "10:01", currency="GBP")
    assert (money["orders"], money["returns"], money["visits"], money["customers"]) == (1, 1, 0, 1)
    assert (money["revenue"], money["returned"], money["items"]) == (Decimal(12), Decimal(12), 3)
    everything = cell(cells, "10:01")
    assert (everything["orders"], everything["returns"], everything["visits"]) == (1, 1, 1)
    assert cell(counts(spark, event("orders", "10:00:30", None)), "10:01")["customers"] == 0


def test_amounts_of_two_currencies_are_apart(spark: SparkSession) -> None:
    cells = counts(spark, event("orders", "10:00:00"), event("orders", "10:00:01", "c2", currency="EUR"))
    assert [cell(cells, "10:01", currency=each)["revenue"] for each in ("GBP", "EUR")] == [Decimal(12), Decimal(12)]
    assert cell(cells, "10:01")["orders"] == cell(cells, "10:01")["customers"] == 2


def test_dimensions_of_a_customer_and_of_a_visit(spark: SparkSession) -> None:
    cells = counts(
        spark,
        event("orders", "10:00:00", city="Leeds", membership="Gold"),
        event("visits", "10:00:00", "c9", city="Leeds", device="mobile"),
    )
    here = {
        (one["dimension"], one["value"]): (one["orders"], one["visits"])
        for one in cells
        if one["ended_at"] == "10:01" and one["currency"] == ""
    }
    assert here == {
        ("all", ""): (1, 1),
        ("city", "Leeds"): (1, 1),
        ("membership", "Gold"): (1, 0),
        ("membership", "unknown"): (0, 1),
        ("channel", "search"): (0, 1),
        ("device", "mobile"): (0, 1),
    }


def test_ratings_and_profiles_are_in_no_window(spark: SparkSession) -> None:
    assert counts(spark, event("ratings", "10:00:00"), event("customers", "10:00:00")) == []


@pytest.mark.parametrize("customers", [1, 17, 300])
def test_few_customers_are_counted_exactly(spark: SparkSession, customers: int) -> None:
    events = [event("visits", "10:00:00", f"c{number}") for number in [*range(customers), *range(customers)]]
    assert cell(counts(spark, *events), "10:01")["customers"] == customers


def test_late_within_the_watermark_corrects_and_beyond_it_is_in_no_window(spark: SparkSession, tmp_path: Path) -> None:
    taken: dict[tuple[Any, ...], dict[str, Any]] = {}

    def keep(batch: DataFrame, number: int) -> None:
        for row in batch.where("dimension = 'all' and currency = '' and minutes < 15").toArrow().to_pylist():
            taken[row["minutes"], row["ended_at"]] = row

    arrivals = [("10:00:30",), ("10:30:00",), ("10:21:00",), ("10:00:45",)]
    for number, times in enumerate(arrivals):
        batch = spark.createDataFrame([event("orders", at) for at in times], SCHEMA)
        batch.coalesce(1).write.parquet(str(tmp_path / "in" / f"n={number}"))
        stream = spark.readStream.schema(SCHEMA).parquet(str(tmp_path / "in" / "n=*"))
        writer = window_counts(stream).writeStream.outputMode("update").foreachBatch(keep)
        writer.option("checkpointLocation", str(tmp_path / "state")).trigger(
            availableNow=True
        ).start().awaitTermination()
    ends = {at.strftime("%H:%M"): row["orders"] for (minutes, at), row in taken.items() if minutes == 1}
    assert ends == {"10:01": 1, "10:31": 1, "10:22": 1}
    in_windows, everything = sum(ends.values()), taken[ALL_TIME, None]
    # What is late is what all time has and no minute.
    assert (everything["orders"], everything["orders"] - in_windows) == (4, 1)
    assert everything["newest_event_at"] == datetime(2024, 3, 1, 10, 30, tzinfo=UTC)
