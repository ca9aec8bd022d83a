"""Exports of small shops, one of each kind that is easily taken wrong, from their files to the totals of the lake."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.harness import Platform
from tests.integration.shops import ELSEWHERE, MAPPING, SHOPS

TOTALS = """
    select
        coalesce(o.source, r.source) as source, coalesce(o.orders, 0) as orders, coalesce(o.amount, 0) as amount,
        coalesce(r.returns, 0) as returns, coalesce(r.amount, 0) as returned, o.customers
    from (
        select source, count(*) as orders, sum(gross_amount) as amount, count(distinct customer_id) as customers
        from core.fct_orders group by source
    ) as o
    full join (
        select source, count(*) as returns, sum(gross_amount) as amount from core.fct_returns group by source
    ) as r on o.source = r.source
"""


@pytest.fixture(scope="module")
def totals(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The totals of each shop in the lake, once all files were sent, landed and built."""
    folder = tmp_path_factory.mktemp("shops")
    for source, shop in SHOPS.items():
        for name, lines in shop.beside.items():
            (folder / name).write_text("\n".join(lines) + "\n")
        for number, rows in enumerate(shop.files):
            keys = {**MAPPING, **shop.mapping, **(shop.later_mapping if number else {})}
            mapping = {key: value for key, value in keys.items() if value is not None}
            send(platform, folder, source, [shop.header, *rows], mapping)
    platform.make("ingest")
    platform.dbt("run", "--select", "+fct_orders", "+fct_returns", "run_bounds", "+customer_attributes")
    return {row["source"]: row for row in platform.rows(TOTALS, "lake")}


def send(platform: Platform, folder: Path, source: str, lines: list[str], mapping: dict[str, Any]) -> None:
    """Replay a file of lines."""
    path, mapping_path = folder / f"{source}.csv", folder / f"{source}.yml"
    path.write_text("\n".join(lines) + "\n")
    mapping_path.write_text(json.dumps(mapping))
    platform.python("streaming.replay", "--orders", str(path), "--mapping", str(mapping_path), "--source", source)


@pytest.mark.parametrize("source", [*SHOPS, *ELSEWHERE])
def test_each_shop_comes_to_its_totals(totals: dict[str, dict[str, str]], source: str) -> None:
    orders, amount, returns, returned = (SHOPS | ELSEWHERE)[source].expected
    row = totals[source]
    assert (int(row["orders"]), float(row["amount"])) == (orders, float(amount))
    assert (int(row["returns"]), float(row["returned"])) == (returns, float(returned))


def test_a_shop_of_two_currencies_holds_up_no_other_one(platform: Platform, totals: dict[str, dict[str, str]]) -> None:
    clocks = {row["source"] for row in platform.rows("select source from core.run_bounds", "lake")}
    assert clocks & totals.keys() == totals.keys() - {"two_currencies_in_one_source"}


def test_an_address_is_one_customer_in_any_case_and_nobody_reads_it(
    platform: Platform, totals: dict[str, dict[str, str]]
) -> None:
    assert totals["addresses_as_customers"]["customers"] == "1"
    query = "select count(*) as many from bronze.events where customer_id like '%@%'"
    assert platform.value(query, "lake") == "0"


def test_customers_and_ratings_of_other_files_are_valid(platform: Platform, totals: dict[str, dict[str, str]]) -> None:
    query = """
        select topic, count(*) as events, sum(rating) as stars, max(city) as city from bronze.events
        where source = 'orders_lines_and_ratings_apart' and broken_rule is null and topic in ('customers', 'ratings')
        group by topic order by topic
    """
    assert totals["orders_lines_and_ratings_apart"]["customers"] == "2"
    assert [list(row.values()) for row in platform.rows(query, "lake")] == [
        ["customers", "2", "", "Lyon"],
        ["ratings", "2", "6", ""],
    ]


def test_a_log_is_orders_and_visits_and_returns_of_a_file_are_of_their_orders_customers(
    platform: Platform, totals: dict[str, dict[str, str]]
) -> None:
    visits = """
        select customer_id, seconds, pages_viewed, products_viewed, products_in_cart from bronze.events
        where source = 'views_carts_and_purchases_of_a_log' and topic = 'visits' and broken_rule is null order by 1
    """
    returned = """
        select return_id, order_id, customer_id, items, gross_amount from core.fct_returns
        where source = 'returns_in_a_file' order by 1
    """
    assert totals and [tuple(row.values()) for row in platform.rows(visits, "lake")] == [
        ("900", "60", "1", "1", "1"),
        ("901", "30", "2", "2", "0"),
        ("903", "120", "1", "1", "0"),
    ]
    assert [tuple(row.values()) for row in platform.rows(returned, "lake")] == [
        ("1", "1", "7", "2", "15.0000"),
        ("2", "2", "8", "1", "4.0000"),
    ]


def test_columns_of_the_shop_group_its_customers(platform: Platform, totals: dict[str, dict[str, str]]) -> None:
    query = "select source, customer_id, attribute, attribute_value from segments.customer_attributes order by 2, 3"
    assert totals and [tuple(row.values())[1:] for row in platform.rows(query, "lake")] == [
        ("7", "store", "York"),
        ("7", "tier", "Gold"),
        ("8", "store", "Bath"),
    ]


def test_every_line_that_is_held_or_in_no_event_is_said(platform: Platform, totals: dict[str, dict[str, str]]) -> None:
    query = """
        select source, count(*) as rows from bronze.events where broken_rule = 'unmappable'
        and source in ('first_row_alone', 'a_row_of_each_cannot_be_read') group by source
    """
    held = {row["source"]: int(row["rows"]) for row in platform.rows(query, "lake")}
    assert held == {"first_row_alone": 2, "a_row_of_each_cannot_be_read": 6}
    text = platform.make("status").stdout
    assert "two_exports_joined: 2 rows of two_exports_joined.csv repeated, in no event" in text
    assert "exchange_voucher_and_no_pieces: 1 rows of exchange_voucher_and_no_pieces.csv of 0 pieces" in text
