"""From past orders to a baseline: what is usual for each customer and shop, and from which score it alerts."""

from datetime import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.live_tables import BASELINE_CUSTOMERS, BASELINE_SIZES
from common.prediction_tables import Table
from common.run_bounds import run_bounds
from streaming.monitor.old_baselines import drop_old
from streaming.monitor.orders import baseline, history, thresholds
from streaming.monitor.orders.baseline import Baseline
from streaming.monitor.orders.expectation import SHOP_ORDERS, expect_gaps, expect_sizes
from streaming.monitor.orders.moments import GAPS, SEGMENT, SIZES, WITHIN, add_up, date_orders, named, zero_sums

PROFILE = ("source", "customer_id", "city", "membership_type")
SHOP = "cast(null as string) as customer_id"


def past_orders(spark: SparkSession) -> DataFrame:
    """Return all orders of the marts, in the columns that the detector wants."""
    return tables.read(spark, "core.fct_orders").selectExpr(
        "source", "event_id", "order_id", "customer_id", "ordered_at as occurred_at", "currency",
        "cast(gross_amount as double) as amount", "line_count",
    )  # fmt: skip


def past_profiles(spark: SparkSession) -> DataFrame:
    """Return what the marts know of the customers, and from when to when."""
    return tables.read(spark, "core.dim_customer_history").select(*PROFILE, "valid_from", "valid_to")


def refresh(spark: SparkSession, alert_rate: float) -> Baseline:
    """Make the baseline of the marts' date where the lake lacks it, store it, drop old ones, and return it as stored.

    Raises:
        UserError: dbt has not run yet.
    """
    as_of = run_bounds(spark).until
    if as_of != baseline.newest(tables.read(spark, BASELINE_CUSTOMERS.name)):
        baseline.store(build(past_orders(spark), past_profiles(spark), as_of, alert_rate))
        # The customers first, as they say that a baseline is whole.
        drop_old(spark, BASELINE_CUSTOMERS, BASELINE_SIZES)
    return baseline.of(spark, as_of)


def build(orders: DataFrame, profiles: DataFrame, as_of: datetime, alert_rate: float) -> Baseline:
    """Return the baseline of a midnight, of what happened before it.

    Args:
        orders: the columns ORDER of the detector; later ones do not count.
        profiles: source, customer_id, valid_from, valid_to, city, membership_type.
        as_of: a naive UTC midnight.
        alert_rate: share of the orders that may alert, all channels together.
    """
    midnight = tables.instant(as_of)
    # Cut off from what made them, these keep the plans below small: planning takes longer than the orders of a small
    # shop.
    past = date_orders(orders.where(F.col("occurred_at") < midnight), profiles).localCheckpoint()
    known = (F.col("valid_from") < midnight) & (F.col("valid_to").isNull() | (F.col("valid_to") >= midnight))
    people = profiles.where(known).select(*PROFILE).selectExpr("*", SEGMENT)
    days = past.select("source").distinct().withColumn("day", midnight)
    scores = history.judge(past).select("source", "day", "channel", "score").localCheckpoint()
    limits = thresholds.of_days(scores, days, alert_rate).groupBy("source")
    levels = limits.pivot("channel", list(thresholds.CHANNELS)).agg(F.first("threshold")).localCheckpoint()

    def finish(frame: DataFrame, table: Table) -> DataFrame:
        names = [name for name, *_ in table.columns]
        dated = frame.join(F.broadcast(levels), "source").withColumn("baseline_as_of", midnight)
        return dated.select(*names).localCheckpoint()

    customers = customers_of(past, people).withColumn("day", midnight)
    sizes = finish(expect_sizes(sizes_of(past, people)), BASELINE_SIZES)
    rhythms = finish(expect_gaps(customers), BASELINE_CUSTOMERS)
    return Baseline(as_of, sizes, rhythms)


def sizes_of(past: DataFrame, people: DataFrame) -> DataFrame:
    """Return the sums behind the sizes of each customer with an order or a profile, and of each shop."""
    shop, own = ["source", "currency"], ["source", "currency", "customer_id"]
    sums = add_up(past.where("customer_id is not null"), SIZES, own)
    shops = add_up(past, SIZES, shop).where(f"orders >= {SHOP_ORDERS}")
    keys = sums.select(*own).union(people.join(shops, "source").select(*own)).distinct()
    segments = add_up(past.where("segment is not null"), SIZES, [*shop, "segment"])
    return zero_sums(
        keys.union(shops.selectExpr(*shop, SHOP))
        .join(people.select("source", "customer_id", "segment"), ["source", "customer_id"], "left")
        .join(named(shops, "shop", SIZES), shop)
        .join(named(add_up(sums, WITHIN, shop), "shop", WITHIN), shop, "left")
        .join(named(sums, "own", SIZES), own, "left")
        .join(named(segments, "segment", SIZES), [*shop, "segment"], "left")
    )


def customers_of(past: DataFrame, people: DataFrame) -> DataFrame:
    """Return the sums behind the gaps of each customer with an order or a profile, and of each shop."""
    own, known = ["source", "customer_id"], past.where("customer_id is not null")
    shops = add_up(known, GAPS, ["source"]).where(f"customers + gaps >= {SHOP_ORDERS}")
    ends = known.groupBy(*own).agg(
        F.min("occurred_at").alias("first_ordered_at"), F.max("occurred_at").alias("last_ordered_at")
    )
    keys = ends.select(*own).union(people.select(*own)).distinct()
    return zero_sums(
        keys.union(shops.selectExpr("source", SHOP))
        .join(people, own, "left")
        .join(ends, own, "left")
        .join(named(shops, "shop", GAPS), "source")
        .join(named(add_up(known, GAPS, own), "own", GAPS), own, "left")
    )
