"""From which score a channel alerts: the one that the past reached as often as the budget allows."""

import math
from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

CHANNELS = ("size_up", "size_down", "speed")
# Scores are counted in steps of a hundredth, from one in ten on.
STEPS, LEAST_STEP = 100, 100
# With fewer orders judged before, a score is taken at its word.
JUDGED_ORDERS = 500


def budget(alert_rate: float) -> float:
    """Return the share of all orders on which one channel may alert."""
    return alert_rate / len(CHANNELS)


def of_days(scores: DataFrame, days: DataFrame, alert_rate: float) -> DataFrame:
    """Return the thresholds of the channels at midnights, each of the scores before it alone.

    Args:
        scores: source, day, channel, score; an order without a score in a channel is in another one.
        days: source and day, one row per midnight that is asked for.
        alert_rate: share of the orders that may alert, all channels together.

    Returns:
        source, day, channel, threshold: for each midnight and channel one row.
    """
    grid = days.select("source", "day", F.explode(F.array(*map(F.lit, CHANNELS))).alias("channel"))
    judged = scores.where("channel = 'size_up'").groupBy("source", "day").agg(F.count("*").alias("judged"))
    high = scores.selectExpr("source", "day", "channel", f"int(floor(least(score, 1e6d) * {STEPS})) as step").where(
        f"step >= {LEAST_STEP}"
    )
    counts = high.groupBy("source", "day", "channel", "step").agg(F.count("*").alias("reached"))
    asked = counts.select("source", "channel", "step").distinct().join(days, "source")
    at_steps = add_up_earlier(asked.withColumn("reached", F.lit(0)), counts, ("source", "channel", "step"), "reached")
    before = add_up_earlier(days.withColumn("judged", F.lit(0)), judged, ("source",), "judged")
    above = at_steps.selectExpr(
        "*", "sum(reached) over (partition by source, channel, day order by step desc) as reached_or_more"
    )
    too_low = above.join(before, ["source", "day"]).where(f"reached_or_more > judged * {budget(alert_rate)!r}d")
    keys = ["source", "day", "channel"]
    highest = too_low.groupBy(*keys).agg(F.max("step").alias("step"))
    learned = f"coalesce(step + 1, {LEAST_STEP}) / {STEPS}d"
    at_its_word = -math.log10(budget(alert_rate))
    threshold = f"if(coalesce(judged, 0) >= {JUDGED_ORDERS}, {learned}, {at_its_word!r}d) as threshold"
    return grid.join(before, ["source", "day"], "left").join(highest, keys, "left").selectExpr(*keys, threshold)


def add_up_earlier(asked: DataFrame, counts: DataFrame, keys: Sequence[str], name: str) -> DataFrame:
    """Return for each key and day that is asked for the sum of the counts of earlier days."""
    both = asked.withColumn("is_asked", F.lit(True)).unionByName(counts.withColumn("is_asked", F.lit(False)))
    order = f"partition by {', '.join(keys)} order by unix_micros(day)"
    earlier = f"coalesce(sum({name}) over ({order} range between unbounded preceding and 1 preceding), 0) as {name}"
    return both.selectExpr(*keys, "day", "is_asked", earlier).where("is_asked").drop("is_asked")
