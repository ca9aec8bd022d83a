"""The mappings that come with the project, each on a few rows of the export that it is for."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.settings import read_settings
from streaming.replay import __main__ as program
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import FOLDER, load
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage
from tests.unit.streaming.replay.conftest import Kafka

VERSIONS = {"orders": 3, "returns": 3}

SHOPIFY = """\
Name,Email,Financial Status,Currency,Shipping,Discount Code,Discount Amount,Created at,\
Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Cancelled at,Refunded Amount,Notes
#1001,,paid,USD,5.00,TEN,10.00,2023-01-05 23:30:00 -0500,1,Coat,60.00,C-1,0.00,,0.00,"ring
twice, please"
#1001,,,,,,,2023-01-05 23:30:00 -0500,2,Scarf,20.00,S-1,0.00,,,
#1002,,refunded,EUR,0.00,,0.00,2023-01-06 10:00:00 -0500,1,Coat,60.00,C-1,0.00,,60.00,
#1003,,voided,USD,0.00,,0.00,2023-01-06 11:00:00 -0500,1,Coat,60.00,C-1,0.00,2023-01-06 12:00:00 -0500,0.00,
#1004,,partially_refunded,USD,0.00,,0.00,2023-01-07 10:00:00 -0500,2,Gift wrap,20.00,,0.00,,15.00,
"""
WOOCOMMERCE = """\
order_id,order_number,order_date,status,shipping_total,cart_discount,order_total,order_currency,customer_id,billing_email,\
item_name,item_sku,item_quantity,item_price,refunded_total
71,W-71,2024-02-03 10:15:00,completed,4.90,3.00,31.90,EUR,5,,Mug,MUG,3,9.00,0
72,W-72,2024-02-04 10:15:00,cancelled,0,0,9.00,EUR,5,,Mug,MUG,1,9.00,0
73,W-73,2024-02-04 11:15:00,pending,0,0,9.00,EUR,5,,Mug,MUG,1,9.00,0
"""
RETAIL_II = """\
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527.0,United Kingdom
536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
"""
OLIST = """\
order_id,order_item_id,product_id,seller_id,price,freight_value
e1,1,p1,s,25.00,5.00
e1,2,p1,s,25.00,7.00
e2,1,p2,s,110.00,20.00
"""
OLIST_FILES = {
    "olist_orders_dataset.csv": """\
order_id,customer_id,order_status,order_purchase_timestamp
e1,k1,delivered,2024-03-02 10:10:00
e2,k2,canceled,2024-05-04 20:20:00
""",
    "olist_customers_dataset.csv": """\
customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state
k1,u1,01310,sao paulo,SP
k2,u2,20040,rio de janeiro,RJ
""",
    "olist_order_reviews_dataset.csv": """\
review_id,order_id,review_score,review_comment_message,review_creation_date
r1,e1,5,"good, and
fast",2024-03-09 00:00:00
""",
}
REES46 = """\
event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
2024-03-01 09:00:00 UTC,view,70001,900,kitchen.mug,x,20.50,901,s1
2024-03-01 09:00:10 UTC,cart,70001,900,kitchen.mug,x,20.50,901,s1
2024-03-01 09:01:00 UTC,purchase,70001,900,kitchen.mug,x,20.50,901,s1
2024-03-01 09:01:00 UTC,purchase,70001,900,kitchen.mug,x,20.50,901,s1
"""


def events(folder: Path, name: str, text: str) -> tuple[list[dict[str, Any]], Tally]:
    """Return what a file becomes by the mapping of a name, in the order of time."""
    path, tally = folder / "export.csv", Tally()
    path.write_text(text)
    mapping = load(name)
    with new_stage(read_settings({"STATE_DIR": str(folder / "state")}, folder / "none")) as stage:
        fill(stage, path, mapping, str)
        sending = Sending(folder, "digest", name, 0)
        messages = list(Events(mapping, name, 0, tally, VERSIONS, sending).of(stage))
    return [json.loads(message.value) for message in messages], tally


def total(event: dict[str, Any], *, products: bool = True) -> Decimal:
    """Return what an event's lines amount to, those that are no products apart."""
    return sum(
        (
            line["quantity"] * Decimal(line["unit_price"]) - Decimal(line.get("discount_amount") or 0)
            for line in event["lines"]
            if line["is_product"] is products
        ),
        Decimal(0),
    )


def test_shopify(tmp_path: Path) -> None:
    (first, second, back, voided, fourth, part), _ = events(tmp_path, "shopify", SHOPIFY)
    assert (first["order_id"], first["occurred_at"], first["currency"]) == ("#1001", "2023-01-06T04:30:00.000Z", "USD")
    assert (total(first), total(first, products=False), first["discount_applied"]) == (90, 5, True)
    assert (second["currency"], total(second), back["order_id"], total(back)) == ("EUR", 60, "#1002", 60)
    assert (voided["order_id"], voided["kind"]) == ("#1003", "cancelled")
    assert [line["product_id"] for line in fourth["lines"]] == ["Gift wrap"] and total(fourth) == 40
    assert (part["order_id"], total(part, products=False)) == ("#1004", 15)


def test_woocommerce(tmp_path: Path) -> None:
    (sale, cancelled), tally = events(tmp_path, "woocommerce", WOOCOMMERCE)
    assert (sale["order_id"], total(sale), total(sale, products=False)) == ("W-71", 27, Decimal("4.90"))
    assert (cancelled["order_id"], cancelled["kind"]) == ("W-72", "cancelled")
    assert "1 of orders that the mapping ignores" in str(tally)


def test_online_retail_ii_has_what_both_sheets_have_once(tmp_path: Path) -> None:
    (order, back), tally = events(tmp_path, "online_retail_ii", RETAIL_II)
    assert (order["customer_id"], total(order), order["occurred_at"]) == (
        *("17850", Decimal("15.30")),
        "2010-12-01T08:26:00.000Z",
    )
    assert (back["return_id"], total(back, products=False)) == ("C536379", Decimal("27.50"))
    assert "1 repeated" in str(tally)


def test_olist_has_one_row_per_piece(tmp_path: Path) -> None:
    for name, text in OLIST_FILES.items():
        (tmp_path / name).write_text(text)
    (order, cancelled), _ = events(tmp_path, "olist", OLIST)
    assert [(line["product_id"], line["quantity"], line["unit_price"]) for line in order["lines"]] == [
        ("p1", 2, "25.00"),
        ("SHIPPING", 1, "5.00"),
        ("SHIPPING", 1, "7.00"),
    ]
    assert (order["customer_id"], order["occurred_at"], order["currency"]) == ("u1", "2024-03-02T13:10:00.000Z", "BRL")
    assert (cancelled["order_id"], cancelled["kind"]) == ("e2", "cancelled")


def test_olist_has_customers_and_ratings(kafka: Kafka, tmp_path: Path) -> None:
    for name, text in {"items.csv": OLIST, **OLIST_FILES}.items():
        (tmp_path / name).write_text(text)
    program.main(["--orders", str(tmp_path / "items.csv"), "--mapping", "olist"])
    by_topic: dict[str, list[dict[str, Any]]] = {topic: [] for topic in ("orders", "customers", "ratings")}
    for message in kafka.taken:
        by_topic[message.topic].append(json.loads(message.value))
    assert [(one["customer_id"], one["city"]) for one in by_topic["customers"]] == [
        ("u1", "sao paulo"),
        ("u2", "rio de janeiro"),
    ]
    [rating] = by_topic["ratings"]
    assert (rating["rating_id"], rating["customer_id"], rating["rating"]) == ("e1", "u1", 5)
    assert len(by_topic["orders"]) == 2


def test_rees46_has_orders_of_what_was_purchased(tmp_path: Path) -> None:
    [order], tally = events(tmp_path, "rees46", REES46)
    assert (order["customer_id"], total(order), order["lines"][0]["quantity"]) == ("901", 41, 2)
    assert "2 left out" in str(tally)


def test_every_mapping_that_comes_with_the_project_is_tried_here() -> None:
    tried = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    names = {path.stem for path in FOLDER.glob("*.yml")} - {"online_retail"}
    assert all(any(one.startswith(name) for one in tried) for name in names), names


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yml")))
def test_a_mapping_is_called_as_its_file(name: str) -> None:
    assert load(name).name == name
