"""Verdicts on a shop that a person can check: what is odd, against whose past, in a stream as in batch."""

from datetime import timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from streaming.monitor.orders import history, learning
from streaming.monitor.orders.baseline import Baseline
from streaming.monitor.orders.detector import COLUMNS, GAP, size_verdicts, speed_verdicts
from tests.unit.streaming.monitor.orders.shop import AS_OF, Order, order, orders, past, profiles

NOON = AS_OF + timedelta(hours=12)
# Customer 9 ordered last on 19 February, 30 never, 99 is unknown.
TODAY = [
    order("usual", "9", NOON, 100.0),
    order("huge", "3", NOON, 1920.0),
    order("tiny", "4", NOON, 3.0),
    order("soon", "3", NOON + timedelta(hours=2), 95.0),
    order("cold", "30", NOON, 1920.0),
    order("guest", None, NOON, 1920.0),
    order("unknown", "99", NOON, 100.0),
    order("foreign", "3", NOON - timedelta(hours=1), 9.0, currency="JPY"),
]


@pytest.fixture(scope="module")
def baseline(spark: SparkSession) -> Baseline:
    return learning.build(orders(spark, past()), profiles(spark), AS_OF, 0.02)


def with_previous(spark: SparkSession, rows: list[Order]) -> DataFrame:
    """Return orders with what a stream has seen before each since the baseline."""
    orders(spark, rows).createOrReplaceTempView("today")
    return spark.sql(
        "select *, lag(occurred_at) over (partition by customer_id order by occurred_at, order_id) as previous_at "
        "from today"
    )


def test_a_size_is_judged_by_the_customer_the_segment_or_the_shop(spark: SparkSession, baseline: Baseline) -> None:
    verdicts = size_verdicts(orders(spark, TODAY), baseline)
    assert verdicts.columns == [*COLUMNS, "is_alert"]
    found = {(row["order_id"], row["channel"]): row for row in verdicts.collect()}
    assert {key for key, row in found.items() if row["is_alert"]} == {
        ("huge", "size_up"),
        ("tiny", "size_down"),
        ("cold", "size_up"),
        ("guest", "size_up"),
    }
    assert {order_id: found[order_id, "size_up"]["evidence"] for order_id, *_ in found} == {
        "usual": "customer", "huge": "customer", "tiny": "customer", "soon": "customer", "cold": "segment",
        "guest": "shop", "unknown": "shop",
    }  # fmt: skip
    huge = found["huge", "size_up"]
    assert huge["subject"] == "customer 3" and huge["unit"] == "GBP" and huge["measured"] == 1920
    assert huge["usual_low"] < huge["usual"] < huge["usual_high"] < 200
    assert huge["reason"].startswith("order of 1,920.00 GBP in 2 lines; customer 3 usually spends ")
    assert found["guest", "size_up"]["subject"] == "guest of main"
    assert "a customer like this (Leeds, Gold) usually spends" in found["cold", "size_up"]["reason"]


def test_a_speed_is_judged_by_the_order_before_from_the_stream_or_the_baseline(
    spark: SparkSession, baseline: Baseline
) -> None:
    found = {row["order_id"]: row for row in speed_verdicts(with_previous(spark, TODAY), baseline).collect()}
    assert set(found) == {"usual", "huge", "tiny", "soon", "foreign"}
    # An hour after the order in yen, and two hours after that.
    assert found["huge"]["measured"] == 1 and found["huge"]["is_alert"]
    assert found["soon"]["measured"] == 2
    assert found["huge"]["score"] > found["soon"]["score"] > found["usual"]["score"]
    # From the baseline: nine o'clock on 19 February to noon on 1 March.
    assert found["usual"]["measured"] == 10 * 24 + 3 and not found["usual"]["is_alert"]
    assert found["soon"]["reason"].startswith("order 2.0 hours after the one before; customer 3 usually waits ")


@pytest.mark.parametrize(
    ("seconds", "words"), [(59, "less than a minute"), (60, "1 min"), (3599, "60 min"), (3600, "1.0 hours")]
)
def test_a_short_gap_is_told_in_minutes(spark: SparkSession, seconds: int, words: str) -> None:
    assert spark.sql(f"select {GAP} as gap from (select {seconds} / 3600d as measured)").first() == (words,)


def test_batch_and_stream_judge_alike(spark: SparkSession, baseline: Baseline) -> None:
    today = with_previous(spark, TODAY)
    streamed = size_verdicts(today, baseline).union(speed_verdicts(today, baseline))
    batch = history.verdicts(orders(spark, past() + TODAY), profiles(spark), 0.02)
    assertDataFrameEqual(batch.where("baseline_as_of = '2025-03-01'").select(*streamed.columns), streamed, rtol=1e-9)
    assert {row["channel"] for row in streamed.where("is_alert").select("channel").collect()} == {
        "size_up", "size_down", "speed",
    }  # fmt: skip


def test_nothing_from_the_midnight_on_moves_a_baseline_or_an_earlier_verdict(
    spark: SparkSession, baseline: Baseline
) -> None:
    later = past() + TODAY + [order(f"later-{n}", "9", AS_OF + timedelta(days=n), 5000.0) for n in range(1, 30)]
    again = learning.build(orders(spark, later), profiles(spark), AS_OF, 0.02)
    assertDataFrameEqual(again.sizes, baseline.sizes, rtol=1e-12)
    assertDataFrameEqual(again.customers, baseline.customers, rtol=1e-12)
    before = "occurred_at < '2025-03-02'"
    short = history.verdicts(orders(spark, past() + TODAY), profiles(spark), 0.02).where(before)
    assertDataFrameEqual(history.verdicts(orders(spark, later), profiles(spark), 0.02).where(before), short, rtol=1e-12)


def test_a_shop_without_a_past_is_not_judged(spark: SparkSession) -> None:
    few = learning.build(orders(spark, past()[:90]), profiles(spark), AS_OF, 0.02)
    assert size_verdicts(orders(spark, TODAY), few).isEmpty()
    assert speed_verdicts(with_previous(spark, TODAY), few).isEmpty()
    assert few.sizes.isEmpty()
