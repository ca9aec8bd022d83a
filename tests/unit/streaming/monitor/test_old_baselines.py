"""Of the baselines the newest are kept."""

from datetime import datetime

from pyspark.sql import SparkSession

from common.live_tables import BASELINE_CUSTOMERS, BASELINE_RATES, BASELINE_SIZES
from common.prediction_tables import Table
from streaming.monitor.old_baselines import drop_old
from tests.unit.streaming.monitor.baseline_rows import baseline_rows


def fill(spark: SparkSession, table: Table, *days: int) -> None:
    for day in days:
        # Two rows of a date are one baseline.
        baseline_rows(spark, table, datetime(2025, 1, day), ("1", "2")).writeTo(table.name).append()


def days(spark: SparkSession, table: Table) -> list[int]:
    return [row[0] for row in spark.sql(f"select distinct day(baseline_as_of) from {table.name} order by 1").collect()]


def test_the_newest_baselines_are_kept_in_every_table(baselines: SparkSession) -> None:
    fill(baselines, BASELINE_CUSTOMERS, 3, 1, 2)
    # One that broke off before its customers were stored, and one of a table that is not asked for.
    fill(baselines, BASELINE_SIZES, 1, 2, 3, 4)
    fill(baselines, BASELINE_RATES, 1)
    drop_old(baselines, BASELINE_CUSTOMERS, BASELINE_SIZES, kept=2)
    kept = [days(baselines, table) for table in (BASELINE_CUSTOMERS, BASELINE_SIZES, BASELINE_RATES)]
    assert kept == [[2, 3], [2, 3, 4], [1]]


def test_of_few_baselines_or_none_nothing_is_dropped(baselines: SparkSession) -> None:
    fill(baselines, BASELINE_CUSTOMERS, 1, 2)
    for table in (BASELINE_CUSTOMERS, BASELINE_RATES):
        drop_old(baselines, table, kept=2)
    assert [days(baselines, table) for table in (BASELINE_CUSTOMERS, BASELINE_RATES)] == [[1, 2], []]
