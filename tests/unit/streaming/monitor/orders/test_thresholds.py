"""Thresholds: what the past reached as often as the budget allows, and nothing of the day itself or later."""

import math
from datetime import datetime

from pyspark.sql import Row, SparkSession

from streaming.monitor.orders import thresholds

FIRST, SECOND, THIRD = (datetime(2025, 1, day) for day in (1, 2, 3))


def test_a_channel_alerts_as_often_as_its_budget_allows(spark: SparkSession) -> None:
    # Of 600 orders of the first day 2 reach 3.5, 6 reach 2.25; a third of 2 % of 600 are 4. The second day is quiet but
    # for one order, which the third midnight knows of.
    scores = [("main", FIRST, "size_up", 3.5 if n < 2 else 2.25 if n < 6 else 0.3) for n in range(600)]
    scores += [("main", SECOND, "size_up", 9.0), ("main", SECOND, "speed", 2.0)]
    frame = spark.createDataFrame(scores, "source string, day timestamp, channel string, score double")
    days = spark.createDataFrame([("main", one) for one in (FIRST, SECOND, THIRD)], "source string, day timestamp")
    found = thresholds.of_days(frame, days, 0.02).where("channel = 'size_up'").orderBy("day").select("threshold")
    at_its_word = -math.log10(0.02 / 3)
    assert found.collect() == [Row(threshold=at_its_word), Row(threshold=2.26), Row(threshold=2.26)]
    speed = thresholds.of_days(frame, days, 0.02).where("channel = 'speed'").orderBy("day").select("threshold")
    assert speed.collect() == [Row(threshold=at_its_word), Row(threshold=1.0), Row(threshold=1.0)]
