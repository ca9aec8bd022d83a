"""The behaviour marts of the real file, as reporting shows them, against an independent computation."""

from decimal import Decimal

import pandas as pd
import pytest

from tests.integration import behaviour
from tests.integration.harness import Platform, real_file

pytestmark = pytest.mark.usefixtures("real_history")

OF_THE_FILE = "where source = 'online_retail'"


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Return the lines of the file's orders."""
    return behaviour.sold_lines(real_file("ONLINE_RETAIL_CSV"))


def test_every_day_has_its_orders_and_revenue(platform: Platform, lines: pd.DataFrame) -> None:
    rows = platform.rows(f"select * from reporting.sales_daily {OF_THE_FILE} and orders > 0")
    days = {row["sold_on"]: (int(row["orders"]), Decimal(row["gross_revenue"])) for row in rows}
    assert days == behaviour.days(lines)


def test_every_hour_of_the_week_has_its_orders(platform: Platform, lines: pd.DataFrame) -> None:
    query = f"select iso_weekday, hour_of_day, sum(orders) as orders from reporting.purchase_calendar {OF_THE_FILE}"
    rows = platform.rows(f"{query} group by 1, 2")
    calendar = {(int(row["iso_weekday"]), int(row["hour_of_day"])): int(row["orders"]) for row in rows}
    assert calendar == behaviour.calendar(lines)


def test_every_customer_buys_as_often_as_computed(platform: Platform, lines: pd.DataFrame) -> None:
    gaps = {
        row["customer_id"]: (
            int(row["purchase_days"]),
            Decimal(row["median_gap_days"]) if row["median_gap_days"] else None,
            int(row["longest_gap_days"]) if row["longest_gap_days"] else None,
        )
        for row in platform.rows(f"select * from reporting.buying_frequency {OF_THE_FILE}")
    }
    assert gaps == behaviour.frequency(lines)


def test_every_cohort_comes_back_as_computed(platform: Platform, lines: pd.DataFrame) -> None:
    rows = platform.rows(f"select * from reporting.cohort_retention {OF_THE_FILE} and active_customers > 0")
    cohorts = {(row["cohort_on"], int(row["months_since"])): int(row["active_customers"]) for row in rows}
    assert cohorts == behaviour.retention(lines)


def test_the_pairs_are_those_of_the_baskets(platform: Platform, lines: pd.DataFrame) -> None:
    rows = platform.rows(f"select * from reporting.basket_pairs {OF_THE_FILE}")
    pairs = {(row["product_a"], row["product_b"]): (int(row["orders"]), Decimal(row["lift"])) for row in rows}
    assert pairs == behaviour.pairs(lines)


def test_the_most_popular_products_are_those_of_the_most_buyers(platform: Platform, lines: pd.DataFrame) -> None:
    query = "select * from reporting.product_preferences where dimension = 'everybody' and source = 'online_retail'"
    products = [(row["product_id"], int(row["buyers"])) for row in platform.rows(f"{query} order by popularity")]
    assert products == behaviour.popular(lines)
