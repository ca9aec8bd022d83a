"""The real files, from CSV lines to PostgreSQL rows, against an independent computation."""

from decimal import Decimal

import pandas as pd
import pytest

from tests.integration.expected import online_retail
from tests.integration.harness import Platform, real_file

pytestmark = pytest.mark.usefixtures("real_history")

TOTALS = ("orders", "order_lines", "guest_orders", "returns", "return_lines", "gross_revenue", "net_revenue")
BY_RULE = """
    select customer_id from reporting.at_risk_customers
    where source = 'snapshot' and is_at_risk_by_rule and rule_arm = 'recency and satisfaction'
"""


def test_the_clock_of_the_shop_is_the_midnight_of_its_zone_after_the_last_order(platform: Platform) -> None:
    [clock] = platform.rows("select * from reporting.run_bounds where source = 'online_retail'")
    assert (clock["time_zone"], clock["as_of_day"]) == ("Europe/London", "2011-12-10")
    assert clock["as_of"].startswith("2011-12-10 00:00:00")


def test_every_count_and_sum_is_that_of_the_independent_computation(platform: Platform) -> None:
    expected = online_retail(real_file("ONLINE_RETAIL_CSV"))
    [totals] = platform.rows("select * from reporting.source_totals where source = 'online_retail'")
    assert {name: Decimal(totals[name]) for name in TOTALS} == {name: Decimal(expected[name]) for name in TOTALS}
    # A customer who only ever returned is a customer too, so the orders' customers are counted in the behaviour mart.
    buyers = "select count(*) from reporting.customer_behaviour where source = 'online_retail' and orders > 0"
    assert int(platform.value(buyers)) == expected["customers"]


def test_every_line_of_the_file_is_accounted_for(platform: Platform) -> None:
    expected = online_retail(real_file("ONLINE_RETAIL_CSV"))
    query = """
        select broken_rule, count(*) as events, sum(coalesce(size(lines), 1)) as lines
        from bronze.events where source = 'online_retail' and topic <> 'sources' group by 1
    """
    counts = {row["broken_rule"]: (int(row["events"]), int(row["lines"])) for row in platform.rows(query, "lake")}
    assert counts["adjustment"] == (expected["adjustments"], expected["adjustment_lines"])
    assert counts["write_off"] == (expected["write_offs"], expected["write_off_lines"])
    assert sum(lines for _, lines in counts.values()) == expected["lines"]
    assert set(counts) == {"", "adjustment", "write_off"}


def test_the_rule_finds_the_116_customers_of_the_snapshot(platform: Platform) -> None:
    file = pd.read_csv(real_file("SNAPSHOT_CSV"), dtype={"Customer ID": str})
    risky = (file["Days Since Last Purchase"] > 30) & (file["Satisfaction Level"] == "Unsatisfied")
    customers = {row["customer_id"] for row in platform.rows(BY_RULE)}
    # The fixtures' customers are of the same source.
    assert customers & set(file["Customer ID"]) == set(file["Customer ID"][risky])
    assert risky.sum() == 116


def test_counts_reconcile(platform: Platform) -> None:
    platform.make("reconcile")


def test_the_same_file_again_is_skipped(platform: Platform) -> None:
    orders = real_file("ONLINE_RETAIL_CSV")
    assert "skipped" in platform.make("replay", ORDERS=str(orders), MAPPING="online_retail").stdout
