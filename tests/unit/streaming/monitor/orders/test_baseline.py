"""Baselines in the lake: stored whole, in place of those of their date, and found again."""

from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from common.errors import UserError
from common.live_tables import BASELINE_CUSTOMERS, BASELINE_SIZES
from streaming.monitor.orders import baseline
from streaming.monitor.orders.baseline import Baseline
from tests.unit.streaming.monitor.baseline_rows import baseline_rows

FIRST, SECOND = datetime(2025, 1, 1), datetime(2025, 1, 2)


def of_customers(spark: SparkSession, as_of: datetime, *customers: str) -> Baseline:
    sizes, rhythms = (baseline_rows(spark, table, as_of, customers) for table in (BASELINE_SIZES, BASELINE_CUSTOMERS))
    return Baseline(as_of, sizes, rhythms)


def customers(known: Baseline) -> list[list[str]]:
    """Return the customers of both parts of a baseline, whose rows must all be of its date."""
    parts = (known.sizes, known.customers)
    assert all(part.where(f"baseline_as_of != timestamp'{known.as_of}'").isEmpty() for part in parts)
    return [sorted(row["customer_id"] for row in part.collect()) for part in parts]


def test_a_baseline_is_found_by_its_date_and_the_newest_without_one(baselines: SparkSession) -> None:
    baseline.store(of_customers(baselines, SECOND, "2", "3"))
    baseline.store(of_customers(baselines, FIRST, "1"))
    assert customers(baseline.of(baselines, FIRST)) == [["1"], ["1"]]
    newest = baseline.of(baselines)
    assert (newest.as_of, customers(newest)) == (SECOND, [["2", "3"], ["2", "3"]])


def test_the_same_date_again_takes_the_place_of_what_was_there_and_of_nothing_else(baselines: SparkSession) -> None:
    for each in ((FIRST, "1", "2"), (SECOND, "3"), (FIRST, "1", "4")):
        baseline.store(of_customers(baselines, *each))
    assert customers(baseline.of(baselines, FIRST)) == [["1", "4"], ["1", "4"]]
    assert customers(baseline.of(baselines, SECOND)) == [["3"], ["3"]]


def test_sizes_without_their_customers_are_no_baseline(baselines: SparkSession) -> None:
    baseline_rows(baselines, BASELINE_SIZES, FIRST).writeTo(BASELINE_SIZES.name).append()
    with pytest.raises(UserError, match="the monitor has no baseline yet; run `make marts`, then `make monitor`"):
        baseline.of(baselines)
