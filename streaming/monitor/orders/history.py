"""The past as the monitor would have seen it: each order against what was known at the midnight before it."""

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from streaming.monitor.orders import thresholds
from streaming.monitor.orders.detector import judge_gaps, judge_sizes
from streaming.monitor.orders.expectation import SHOP_ORDERS, expect_gaps, expect_sizes
from streaming.monitor.orders.moments import (
    GAPS,
    SIZES,
    WITHIN,
    add_up_before,
    add_up_through,
    date_orders,
    named,
    zero_sums,
)


def verdicts(orders: DataFrame, profiles: DataFrame, alert_rate: float) -> DataFrame:
    """Return the verdicts of all channels on orders of the past, each against the baseline of the midnight before it.

    Args:
        orders: the columns ORDER of the detector.
        profiles: source, customer_id, valid_from, valid_to, city, membership_type.
        alert_rate: share of the orders that may alert, all channels together.
    """
    judged = judge(date_orders(orders, profiles).persist()).persist()
    days = judged.select("source", "day").distinct()
    limits = thresholds.of_days(judged, days, alert_rate)
    placed = judged.join(F.broadcast(limits), ["source", "day", "channel"])
    return placed.withColumnRenamed("day", "baseline_as_of").withColumn("is_alert", F.expr("score >= threshold"))


def judge(past: DataFrame) -> DataFrame:
    """Return the scores of dated orders, `day` in place of the baseline; of all of them the thresholds are made."""
    blank = {"baseline_as_of": F.col("day"), **{channel: F.lit(None).cast("double") for channel in thresholds.CHANNELS}}
    sizes = judge_sizes(expect_sizes(with_sizes_before(past)).withColumns(blank))
    nothing = {**blank, "last_ordered_at": F.lit(None).cast("timestamp")}
    gaps = judge_gaps(expect_gaps(with_gaps_before(past)).drop("gap").withColumns(nothing))
    return sizes.unionByName(gaps).drop("threshold", "is_alert").withColumnRenamed("baseline_as_of", "day")


def with_sizes_before(past: DataFrame) -> DataFrame:
    """Return dated orders with the sums of their customer, segment and shop before their midnight."""
    known = past.where("customer_id is not null")
    shop = ["source", "currency"]
    shops = add_up_before(past, SIZES, shop).where(f"orders >= {SHOP_ORDERS}")
    return zero_sums(
        past.join(named(shops, "shop", SIZES), [*shop, "day"])
        .join(named(within_before(known), "shop", WITHIN), [*shop, "day"], "left")
        .join(of_key(known, "own", SIZES, [*shop, "customer_id"]), [*shop, "customer_id", "day"], "left")
        .join(of_key(past, "segment", SIZES, [*shop, "segment"]), [*shop, "segment", "day"], "left")
    )


def with_gaps_before(past: DataFrame) -> DataFrame:
    """Return dated orders of known customers with the sums of gaps before their midnight."""
    known, own = past.where("customer_id is not null"), ["source", "customer_id"]
    shops = add_up_before(known, GAPS, ["source"]).where(f"customers + gaps >= {SHOP_ORDERS}")
    return zero_sums(
        known.join(named(shops, "shop", GAPS), ["source", "day"])
        .join(of_key(known, "own", GAPS, own), [*own, "day"], "left")
    )  # fmt: skip


def of_key(past: DataFrame, prefix: str, measures: Mapping[str, str], keys: Sequence[str]) -> DataFrame:
    """Return the sums before each day of the rows that have a key."""
    return named(add_up_before(past.where(f"{keys[-1]} is not null"), measures, keys), prefix, measures)


def within_before(known: DataFrame) -> DataFrame:
    """Return the squared deviations from the customers' means that a shop had seen before each day."""
    own = "over (partition by source, currency, customer_id order by day)"
    squares = add_up_through(known, SIZES, ["source", "currency", "customer_id"]).selectExpr(
        "source", "currency", "customer_id", "day", *(f"{sql} as {name}" for name, sql in WITHIN.items())
    )
    gained = {name: f"{name} - coalesce(lag({name}) {own}, 0d)" for name in WITHIN}
    steps = squares.selectExpr("source", "currency", "day", *(f"{sql} as {name}" for name, sql in gained.items()))
    # A shop's day on which only guests bought asks for the sum, too.
    return add_up_before(steps, {name: name for name in WITHIN}, ["source", "currency"])
