"""What a batch of windows is made of on both sides of the aggregation: customers looked up before, rows split after."""

from datetime import datetime

from pyspark.sql import SparkSession

from streaming.monitor.windows.aggregation import ALL_TIME
from streaming.monitor.windows.query import add_customer
from streaming.monitor.windows.window_tables import COLUMNS, split

CUSTOMERS = "source string, customer_id string, city string, membership_type string"


def test_a_customer_is_looked_up_by_shop_and_a_guest_is_nobody(spark: SparkSession) -> None:
    known = [("main", "1", "Leeds", "Gold"), ("other", "1", "York", None), ("main", None, "Shop", "Shop")]
    events = [("main", "1"), ("other", "1"), ("main", "2"), ("main", None)]
    frame = spark.createDataFrame(events, "source string, customer_id string")
    rows = add_customer(frame, spark.createDataFrame(known, CUSTOMERS)).collect()
    assert [tuple(row) for row in rows] == [
        ("main", "1", "Leeds", "Gold"),
        ("other", "1", "York", None),
        ("main", "2", None, None),
        ("main", None, None, None),
    ]


def test_without_a_baseline_nobody_is_known(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("main", "1")], "source string, customer_id string")
    (row,) = add_customer(frame, spark.createDataFrame([], CUSTOMERS)).collect()
    assert (row["city"], row["membership"]) == (None, None)


def test_totals_of_all_time_are_no_window() -> None:
    counts = dict.fromkeys(COLUMNS, None) | {"source": "main", "orders": 3, "returns": 1, "visits": 5}
    window = counts | {"minutes": 1, "started_at": datetime(2024, 3, 1)}
    rows, totals = split([window, counts | {"minutes": ALL_TIME}])
    assert rows == [tuple(window[name] for name in COLUMNS)]
    assert totals == {"main": 9}
