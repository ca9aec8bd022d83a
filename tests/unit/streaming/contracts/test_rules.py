"""The rules over lines on literal rows: they say the same of every line as a look at each of them would."""

from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common.contracts.model import FOLDER, load

PRICE = "decimal(18,4)"
SCHEMA = f"lines array<struct<product_id: string, quantity: int, unit_price: {PRICE}>>, said string"
KINDS = {"orders": "sale", "returns": None}
# What the rules say, line by line.
LINE_BY_LINE = {
    ("orders", "write_off"): "exists(lines, line -> line.quantity < 0)",
    ("orders", "zero_quantity"): "exists(lines, line -> line.quantity = 0)",
    ("orders", "negative_price"): "exists(lines, line -> line.unit_price < 0)",
    ("returns", "non_positive_quantity"): "exists(lines, line -> line.quantity <= 0)",
    ("returns", "negative_price"): "exists(lines, line -> line.unit_price < 0)",
    ("orders", "implausible_quantity"): "exists(lines, line -> line.quantity > 1000000)",
    ("orders", "implausible_price"): "exists(lines, line -> line.unit_price > 100000000)",
}
QUANTITIES = (-(2**31), -1, 0, 1, 1_000_000, 1_000_001, 2**31 - 1)
PRICES = ("-99999999999999.9999", "-0.0001", "0", "0.0001", "100000000", "100000000.0001", "99999999999999.9999")
MANY = 130_000
"""More lines than a message of 8 MB holds."""


def rule(topic: str, name: str) -> str:
    return next(one.broken for one in load(FOLDER).of(topic).rules if one.name == name)


def lines(*pairs: tuple[int, str]) -> list[tuple[str, int, Decimal]]:
    return [("p", quantity, Decimal(price)) for quantity, price in pairs]


@pytest.mark.parametrize(("topic", "name"), LINE_BY_LINE)
def test_a_rule_says_the_same_as_a_look_at_each_line(spark: SparkSession, topic: str, name: str) -> None:
    cases: list[Any] = [None, lines(), lines((1, "1"), (2, "2"))]
    cases += [lines((3, "1"), (quantity, "2")) for quantity in QUANTITIES]
    cases += [lines((quantity, "2"), (3, "1")) for quantity in QUANTITIES]
    cases += [lines((1, "1"), (1, price)) for price in PRICES]
    frame = spark.createDataFrame([(case, str(case)) for case in cases], SCHEMA)
    frame = frame.withColumn("kind", F.lit(KINDS[topic]).cast("string"))
    looked = LINE_BY_LINE[topic, name]
    different = frame.where(f"coalesce({rule(topic, name)}, false) <> coalesce({looked}, false)")
    assert [row.said for row in different.collect()] == []
    assert frame.where(rule(topic, name)).count() > 0, "some case breaks the rule"


@pytest.mark.parametrize("topic", ["orders", "returns"])
def test_a_total_that_does_not_fit_is_implausible_and_a_large_order_is_not(spark: SparkSession, topic: str) -> None:
    cases = {
        "the largest order of Online Retail": lines((80_995, "2.08")),
        "its dearest line": lines((1, "38970")),
        "its most lines, at their highest": lines(*[(200, "2019.05")] * 1_114),
        "just below": lines((1_000_000, "9999999.9999")),
        "just at": lines((1_000_000, "10000000")),
        "many": lines(*[(1_000_000, "100000000")] * 10),
        "the widest values": lines((2**31 - 1, "99999999999999.9999"), (2**31 - 1, "99999999999999.9999")),
    }
    frame = spark.createDataFrame([(case, name) for name, case in cases.items()], SCHEMA)
    broken = frame.where(rule(topic, "implausible_amount")).collect()
    assert {row.said for row in broken} == {"just at", "many", "the widest values"}


def test_whatever_passes_adds_up_within_the_range_of_amounts(spark: SparkSession) -> None:
    price = f"{Decimal(10**13) / MANY / 1_000_000 - Decimal('0.0001'):.4f}"
    frame = spark.range(1).selectExpr(
        f"array_repeat(named_struct('quantity', 1000000, 'unit_price', cast({price} as {PRICE})), {MANY}) as lines"
    )
    plausible = frame.where(f"not ({rule('orders', 'implausible_amount')})")
    total = f"aggregate(lines, cast(0 as {PRICE}), (t, line) -> cast(t + line.quantity * line.unit_price as {PRICE}))"
    (row,) = plausible.selectExpr(f"{total} as total").collect()
    assert 0 < row.total < 10**13


def test_the_rules_over_lines_are_built_in_functions() -> None:
    for contract in load(FOLDER).topics:
        for one in contract.rules:
            assert "->" not in one.broken, f"{contract.topic}.{one.name}: a lambda is interpreted for every event"


def test_the_bounds_of_totals_leave_room_for_sums() -> None:
    bounds = {one.name: one.broken for one in load(FOLDER).snapshot.rules}
    assert bounds["implausible_total_spend"] == "total_spend >= 10000000000000"
    assert bounds["implausible_items_purchased"] == "items_purchased > 1000000000"
    assert bounds["implausible_days_since_last_purchase"] == "days_since_last_purchase > 43830"
