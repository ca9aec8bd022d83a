"""The bands of a shop and its cities, from orders of the marts to rows of the lake and back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from common.live_tables import BASELINE_RATES
from common.settings import read_settings
from streaming.monitor.old_baselines import KEPT
from streaming.monitor.rates.rate_alerts import alert
from streaming.monitor.rates.rate_baseline import histories, learn, newest, of_rows, rows_of, schema
from streaming.monitor.rates.rate_verdicts import DOWN, UP, Finding, judge
from tests.unit.spark.run_bounds import set_clocks
from tests.unit.streaming.monitor.baseline_rows import baseline_rows

MONDAY = datetime(2024, 3, 4)
LONG_AGO = MONDAY - timedelta(days=4900)
ORDERS = "source string, city string, day date, hour int, orders bigint"


def test_orders_of_a_city_are_the_shops_too_and_hours_without_one_are_zero(spark: SparkSession) -> None:
    rows = [
        ("main", "Leeds", date(2024, 3, 2), 9, 2),
        ("main", None, date(2024, 3, 2), 9, 1),
        ("main", "York", date(2024, 3, 3), 23, 4),
    ]
    cities, counts = histories(spark.createDataFrame(rows, ORDERS), {"main": MONDAY})["main"]
    assert cities == ("", "Leeds", "York")
    assert (counts.orders.shape, counts.first_weekday) == ((3, 2, 24), 5)
    assert counts.orders[:, 0, 9].tolist() == [3, 2, 0] and counts.orders[:, 1, 23].tolist() == [4, 0, 4]
    assert counts.orders.sum() == 7 + 2 + 4


def test_a_baseline_comes_back_from_its_rows_as_it_was(spark: SparkSession) -> None:
    first, chance = MONDAY - timedelta(days=84), np.random.default_rng(0)
    rows = [
        ("main", ("Leeds", "York")[hour % 2], (first + timedelta(days=day)).date(), hour, int(chance.poisson(9)) + 1)
        for day in range(84)
        for hour in range(9, 18)
    ]
    learned = learn(spark.createDataFrame(rows, ORDERS), {"main": MONDAY}, 1.0)
    stored = spark.createDataFrame(list(rows_of(learned)), schema()).toArrow().to_pylist()
    # Of the shop and two cities, seven weekdays of 24 hours and a day.
    assert len(stored) == 3 * 7 * 25
    again = of_rows(MONDAY, stored)
    cities, bands = again.sources["main"]
    assert cities == ("", "Leeds", "York") and bands.means[0, 0, 12] == pytest.approx(10, rel=0.2)
    quiet = np.zeros((3, 24))
    assert list(judge(bands, 0, quiet)) == list(judge(learned.sources["main"][1], 0, quiet))
    assert next(judge(bands, 0, quiet)).side == DOWN


def test_an_alert_says_what_came_and_what_is_usual() -> None:
    finding = Finding(1, DOWN, 10, 0.0, (3.0, 8.0, 14.0), 4.5, 2.5)
    lull = alert(MONDAY, "main", "Leeds", datetime(2024, 3, 11, tzinfo=UTC), finding)
    assert lull["reason"] == "city Leeds: 0 orders from 10:00 to 11:00 UTC on Monday 2024-03-11, usually 3 to 14"
    assert (lull["channel"], lull["occurred_at"], lull["unit"]) == (
        "rate_down",
        "2024-03-11T11:00:00.000Z",
        "orders an hour",
    )
    assert (lull["subject"], lull["evidence"], lull["baseline_as_of"]) == (
        "city Leeds",
        "city",
        "2024-03-04T00:00:00.000Z",
    )


def test_the_same_hour_has_the_same_identity_however_many_orders_it_has_by_now() -> None:
    day = datetime(2024, 3, 11, tzinfo=UTC)
    early, late = (Finding(0, UP, 23, measured, (1.0, 2.0, 3.0), measured, 2.0) for measured in (30.0, 45.0))
    identities = [alert(MONDAY, "main", "", day, each)["alert_id"] for each in (early, late)]
    assert identities[0] == identities[1]
    # The day that ends with this hour is another finding, and so is the other direction.
    others = [
        Finding(0, UP, None, 30.0, late.usual, 9.0, 2.0),
        Finding(0, DOWN, 23, 0.0, late.usual, 9.0, 2.0),
    ]
    assert len({identities[0], *(alert(MONDAY, "main", "", day, each)["alert_id"] for each in others)}) == 3


@pytest.fixture
def marts(spark: SparkSession) -> Iterator[SparkSession]:
    """Marts of twelve weeks, as of MONDAY, in which a customer of Leeds orders each day at nine and a guest at ten."""
    for schema_name in ("core", "live"):
        spark.sql(f"create schema if not exists {schema_name}")
    spark.sql(BASELINE_RATES.ddl())
    set_clocks(spark, main=MONDAY, old=LONG_AGO)
    spark.sql(
        "create table core.dim_customers using delta as select 'main' as source, '1' as customer_id, 'Leeds' as city"
    )
    days = f"explode(sequence(1, 84)) as back, timestamp '{MONDAY}' as as_of"
    at = "dateadd(hour, hour, dateadd(day, -back, as_of))"
    spark.sql(f"""
        create table core.fct_orders using delta as
        select 'main' as source, customer_id, {at} as ordered_at
        from (select {days}) cross join values (9, '1'), (10, null) as placed (hour, customer_id)
    """)
    back = (MONDAY - LONG_AGO).days
    moved = f"'old' as source, customer_id, dateadd(day, -{back}, ordered_at) as ordered_at"
    spark.sql(f"insert into core.fct_orders select {moved} from core.fct_orders")
    yield spark
    for schema_name in ("core", "live"):
        spark.sql(f"drop schema {schema_name} cascade")


def test_the_bands_of_the_marts_are_stored_once_and_read_from_then_on(marts: SparkSession) -> None:
    settings = read_settings({})
    learned, read = (newest(marts, settings) for _ in range(2))
    assert learned and read and learned.as_of == read.as_of == MONDAY
    (cities, bands), (_, again) = learned.sources["main"], read.sources["main"]
    assert cities == ("", "Leeds")
    assert bands.means[:, 0].sum(axis=1).round(1).tolist() == [2.0, 1.0]
    assert np.array_equal(bands.means, again.means) and bands.thresholds == again.thresholds
    assert marts.table(BASELINE_RATES.name).where("hour is null").count() == 3 * 7


def test_a_shop_that_ended_long_ago_has_the_bands_that_it_would_have_alone(marts: SparkSession) -> None:
    learned = newest(marts, read_settings({}))
    assert learned and set(learned.sources) == {"main", "old"}
    (_, bands), (_, old) = learned.sources["main"], learned.sources["old"]
    assert np.allclose(bands.means[0], old.means[0], atol=1e-3)


def test_a_new_baseline_takes_the_place_of_the_oldest(marts: SparkSession) -> None:
    days = (MONDAY - timedelta(days=back) for back in range(1, KEPT + 1))
    rows = (baseline_rows(marts, BASELINE_RATES, day) for day in days)
    reduce(DataFrame.union, rows).writeTo(BASELINE_RATES.name).append()
    newest(marts, read_settings({}))
    kept = marts.table(BASELINE_RATES.name).selectExpr("count(distinct baseline_as_of)", "string(min(baseline_as_of))")
    assert tuple(kept.first() or ()) == (KEPT, f"{MONDAY - timedelta(days=KEPT - 1)}")


def test_a_build_that_ended_before_the_customers_gives_no_baseline(marts: SparkSession) -> None:
    marts.sql("drop table core.dim_customers")
    assert newest(marts, read_settings({})) is None
