"""Exports of small shops, one of each kind that is easily taken wrong, from their files to the totals of the lake."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.harness import Platform
from tests.unit.streaming.replay.shop import COLUMNS, HEADER

MAPPING = {"columns": COLUMNS, "time_zone": "UTC", "time_format": "%Y-%m-%d %H:%M:%S", "currency": "EUR"}
AT = "2023-01-05 10:00:00"
FIRST_ROW_ALONE = (
    f"1,A,Cup,1,{AT},10.00,7",
    "1,B,Lamp,1,,90.00,",
    '1,C,Desk,1,,"1,900.00",',
    f"2,A,Cup,1,{AT},10.00,8",
    ",B,Lamp,2,,90.00,",
    f"3,F,Cloth,1.5,{AT},20.00,9",
    f"3,A,Cup,1,{AT},10.00,9",
)
MENDED = (f"1,A,Cup,1,{AT},10.00,7", f"R2,A,Cup,-1,{AT},4.00,7", f"T3,A,Cup,2,{AT},10.00,test")


@dataclass(frozen=True)
class Shop:
    """Files of a shop, sent one after the other, and what they come to: orders, their amount, returns, theirs."""

    expected: tuple[int, str, int, str]
    files: tuple[tuple[str, ...], ...]
    mapping: dict[str, Any] = field(default_factory=dict)
    header: str = HEADER
    later_mapping: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, tuple[str, ...]] = field(default_factory=dict)


SHOPS = {
    "first_row_alone": Shop(
        (2, "2190.00", 0, "0"),
        (FIRST_ROW_ALONE,),
        {"fill_down": ["order_id", "occurred_at", "customer_id"], "thousands": ","},
    ),
    "a_row_of_each_cannot_be_read": Shop((1, "10.00", 0, "0"), (FIRST_ROW_ALONE,)),
    "german_marks": Shop(
        (2, "1250012.50", 0, "0"),
        ((f"1;A;Schraube;1.000;{AT};1.250;7", f"3;B;Tasse;1;{AT};12,50;8"),),
        {"decimal": ",", "thousands": ".", "delimiter": ";"},
        HEADER.replace(",", ";"),
    ),
    "two_exports_joined": Shop(
        (2, "24.30", 0, "0"),
        (
            (
                *(f"1,A,Cup,6,{AT},2.50,501", f"1,B,Lamp,2,{AT},3.40,501", f"2,A,Cup,1,{AT},2.50,502"),
                *(HEADER, f"1,A,Cup,6,{AT},2.50,501", f"1,B,Lamp,2,{AT},3.40,501"),
            ),
        ),
    ),
    "exchange_voucher_and_no_pieces": Shop(
        (3, "348.00", 1, "30.00"),
        (
            (
                *(f"1,A,Coat,1,{AT},120.00,7", f"1,B,Scarf,-1,{AT},30.00,7"),
                *(f"2,A,Coat,1,{AT},120.00,8", f"2,VOUCHER,TEN,1,{AT},-12.00,8"),
                *(f"3,A,Coat,1,{AT},120.00,9", f"3,C,Hat,0,{AT},25.00,9"),
            ),
        ),
        {"non_products": {"codes": ["VOUCHER"]}},
    ),
    "edited_and_exported_again": Shop(
        (3, "30.00", 0, "0"),
        (
            tuple(f"{order},A,Cup,2,2023-01-0{order} 10:00:00,10.00,7" for order in (1, 2, 3)),
            tuple(f"{order},A,Cup,1,2023-01-0{order} 10:00:00,10.00,7" for order in (1, 2, 3)),
        ),
    ),
    "mended_mapping": Shop(
        (1, "10.00", 1, "4.00"),
        (MENDED, MENDED),
        {"currency": "USD"},
        later_mapping={"currency": "EUR", "return_prefix": "R", "adjustment_prefix": "T"},
    ),
    "status_discount_currency": Shop(
        (2, "135.00", 0, "0"),
        (
            (
                f"1,C,Coat,1,{AT},60.00,7,paid,USD,10.00,5.00,",
                f"1,S,Scarf,2,{AT},20.00,7,,,,,",
                f"2,C,Coat,1,{AT},60.00,8,refunded,EUR,0.00,,60.00",
                f"3,C,Coat,1,{AT},60.00,9,voided,USD,0.00,,",
                f"4,,Gift wrap,1,{AT},40.00,9,paid,USD,0.00,,",
            ),
        ),
        {
            "columns": COLUMNS
            | {name: name for name in ("status", "currency", "discount", "shipping")}
            | {"refunded_amount": "refunded"},
            "statuses": {"paid": "sale", "refunded": "refunded", "voided": "cancelled"},
            "product_id_or": "description",
            "currency": None,
        },
        f"{HEADER},status,currency,discount,shipping,refunded",
    ),
    "two_currencies_in_one_source": Shop(
        (2, "20.00", 0, "0"),
        ((f"1,A,Cup,1,{AT},10.00,7",), (f"2,A,Cup,1,{AT},10.00,7",)),
        later_mapping={"currency": "USD"},
    ),
    "one_row_per_piece_of_a_log": Shop(
        (1, "50.00", 0, "0"),
        (
            (
                *(f"e1,view,p1,25.00,{AT}", f"e1,cart,p1,25.00,{AT}"),
                *(f"e1,purchase,p1,25.00,{AT}", f"e1,purchase,p1,25.00,{AT}"),
            ),
        ),
        {
            "columns": {"order_id": "session", "product_id": "sku", "unit_price": "price", "occurred_at": "at"},
            "constants": {"quantity": 1},
            "only": {"type": ["purchase"]},
            "one_row_per_piece": True,
        },
        "session,type,sku,price,at",
    ),
    "orders_lines_and_ratings_apart": Shop(
        (2, "35.00", 0, "0"),
        (("1,A,10.00,2", "1,B,5.00,1", "2,A,10.00,1"),),
        {
            "columns": {
                "order_id": "order",
                "product_id": "sku",
                "unit_price": "price",
                "quantity": "qty",
                "occurred_at": "at",
                "customer_id": "customer",
            },
            "join": [{"file": "heads.csv", "by": "order"}],
            "attributes": {"store": "store"},
            "segment_by": ["tier", "store"],
            "files": {
                "customers": {
                    "file": "customers.csv",
                    "columns": {"customer_id": "id", "city": "town"},
                    "attributes": {"tier": "tier"},
                },
                "ratings": {
                    "file": "reviews.csv",
                    "columns": {"order_id": "order", "rating": "stars", "occurred_at": "at", "customer_id": "customer"},
                    "join": [{"file": "heads.csv", "by": "order"}],
                },
            },
        },
        "order,sku,price,qty",
        beside={
            "heads.csv": ("order,at,customer,store", f"2,{AT},8,Bath", f"1,{AT},7,York"),
            "customers.csv": ("id,town,tier", "7,Lyon,Gold", "8,Bonn,"),
            "reviews.csv": ("order,stars", "1,5", "2,1"),
        },
    ),
    "addresses_as_customers": Shop(
        (4, "40.00", 0, "0"),
        (
            tuple(
                f"{order},A,Cup,1,{AT},10.00,{customer}"
                for order, customer in enumerate(("Ann@Shop.test", "ann@shop.test", "NULL", "-"))
            ),
        ),
    ),
}
# What a file has in another currency than the shop's own.
ELSEWHERE = {"status_discount_currency.EUR": Shop((1, "60.00", 1, "60.00"), ())}
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
