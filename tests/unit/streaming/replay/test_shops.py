"""Orders in several currencies: each is of a shop of its own, and so is what is said of its customers."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from common.errors import UsageError
from streaming.replay import __main__ as program
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import MAPPING
from tests.unit.streaming.replay.test_sendings import Shop

CASE_14 = """\
Name,Email,Financial Status,Currency,Shipping,Discount Amount,Created at,Lineitem quantity,Lineitem name,\
Lineitem price,Lineitem sku,Lineitem discount,Cancelled at,Refunded Amount,Notes
#1001,a@shop.test,paid,USD,5.00,10.00,2023-01-05 10:00:00 -0500,1,Coat,60.00,C-1,0.00,,0.00,"ring
twice"
#1001,a@shop.test,,,,,2023-01-05 10:00:00 -0500,2,Scarf,20.00,S-1,0.00,,,
#1002,b@shop.test,refunded,EUR,0.00,0.00,2023-01-06 10:00:00 -0500,1,Coat,60.00,C-1,0.00,,60.00,
#1003,c@shop.test,voided,USD,0.00,0.00,2023-01-06 11:00:00 -0500,1,Coat,60.00,C-1,0.00,2023-01-06 12:00:00 -0500,0.00,
#1004,d@shop.test,paid,USD,0.00,0.00,2023-01-07 10:00:00 -0500,1,Gift wrap,40.00,,0.00,,0.00,
"""
COLUMNS = {"order_id": "order", "product_id": "sku", "quantity": "qty", "occurred_at": "at", "unit_price": "price"}
COLUMNS |= {"customer_id": "customer", "currency": "money", "status": "status", "refunded_amount": "refund"}
STATUSES = {"paid": "sale", "void": "cancelled"}
HEADER = "order,sku,qty,at,price,customer,money,status,refund"


class Currencies(Shop):
    """A shop whose file says the currency of each order."""

    header = HEADER
    mapping: ClassVar[dict[str, Any]] = {**MAPPING, "columns": COLUMNS, "statuses": STATUSES, "currency": None}

    def send(self, rows: tuple[str, ...], *options: str, stop_after: int = 10**9, **keys: Any) -> list[dict[str, Any]]:
        """Send a file: order, customer, currency, and what was paid back; or a status."""
        parted = (row.split(":") for row in rows)
        lines = tuple(f"{order},A,1,2023-01-0{order} 10:00:00,10.00,{rest}" for order, rest in parted)
        return super().send(lines, *options, stop_after=stop_after, **keys)


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Currencies:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Currencies(kafka, folder)


def places(events: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str]]:
    """Source, id, kind and currency of each order or return."""
    return [
        (event["source"], event.get("return_id") or event["order_id"], event["kind"], event["currency"])
        for event in events
    ]


def test_a_shopify_export_in_two_currencies(kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYMS_PASSWORD", "of the test")
    path = tmp_path / "export.csv"
    path.write_text(CASE_14)
    program.main(["--orders", str(path), "--mapping", "shopify"])
    events = [json.loads(message.value) for message in kafka.taken]
    assert places(events) == [
        ("shopify", "#1001", "sale", "USD"),
        ("shopify.EUR", "#1002", "sale", "EUR"),
        ("shopify.EUR", "#1002/return", None, "EUR"),
        ("shopify", "#1003", "cancelled", "USD"),
        ("shopify", "#1004", "sale", "USD"),
    ]
    amounts = [
        sum(
            line["quantity"] * float(line["unit_price"]) - float(line.get("discount_amount") or 0)
            for line in event["lines"]
            if line["is_product"]
        )
        for event in events
    ]
    assert amounts == [90.0, 60.0, 60.0, 60.0, 40.0]
    assert [message.key.split("/")[0] for message in kafka.taken] == [event["source"] for event in events]
    assert kafka.declared == [("shopify", "UTC"), ("shopify.EUR", "UTC")]


def test_the_shop_s_own_currency_is_said_or_that_of_most_orders_and_stays(
    shop: Currencies, capsys: pytest.CaptureFixture[str]
) -> None:
    first = ("1:7,USD,paid,", "2:8,EUR,paid,", "3:9,USD,paid,")
    assert [place[0] for place in places(shop.send(first))] == ["shop", "shop.EUR", "shop"]
    assert "; orders in EUR under the source shop.EUR, those in USD under shop; " in capsys.readouterr().out
    # Of the next file most orders are in the other one.
    second = ("4:7,EUR,paid,", "5:8,EUR,paid,", "6:9,USD,paid,")
    assert [place[0] for place in places(shop.send(second))] == ["shop.EUR", "shop.EUR", "shop"]
    assert [place[0] for place in places(shop.send(second, currency="EUR"))][:3] == ["shop", "shop", "shop.USD"]


def test_what_stood_under_another_source_before_the_own_currency_was_said_is_cancelled(shop: Currencies) -> None:
    rows = ("1:7,USD,paid,", "2:8,EUR,paid,", "3:9,USD,paid,")
    shop.send(rows)
    assert places(shop.send(rows, currency="EUR"))[3:] == [
        ("shop", "1", "cancelled", "USD"),
        ("shop", "3", "cancelled", "USD"),
        ("shop.EUR", "2", "cancelled", "EUR"),
    ]


def test_profiles_and_ratings_are_where_the_customer_buys(shop: Currencies) -> None:
    (shop.folder / "customers.csv").write_text("id,city\n7,Rome\n8,Bonn\n9,Oslo\n10,Kyiv\n")
    (shop.folder / "reviews.csv").write_text(
        "order,id,who,stars,at\n2,,8,5,2023-02-01\n1,,7,4,2023-02-01\n,r3,8,3,2023-02-01\n,r4,9,2,2023-02-01\n"
    )
    files = {
        "customers": {"file": "customers.csv", "columns": {"customer_id": "id", "city": "city"}},
        "ratings": {
            "file": "reviews.csv",
            "time_format": "%Y-%m-%d",
            "columns": {
                "order_id": "order", "rating_id": "id", "customer_id": "who", "rating": "stars", "occurred_at": "at"
            },
        },
    }  # fmt: skip
    rows = ("1:7,USD,paid,", "2:8,EUR,paid,", "3:9,USD,paid,", "4:9,EUR,paid,")
    events = shop.send(rows, files=files, currency="USD")
    said = [(event["source"], event["customer_id"], event.get("city"), event.get("rating")) for event in events[4:]]
    assert said == [
        ("shop", "7", "Rome", None),
        ("shop.EUR", "8", "Bonn", None),
        ("shop", "9", "Oslo", None),
        ("shop.EUR", "9", "Oslo", None),
        ("shop", "10", "Kyiv", None),
        ("shop.EUR", "8", None, 5),
        ("shop", "7", None, 4),
        ("shop.EUR", "8", None, 3),
        ("shop", "9", None, 2),
    ]


CUSTOMERS = {"file": "customers.csv", "columns": {"customer_id": "id", "city": "city"}}
RATINGS = {
    "file": "reviews.csv",
    "time_format": "%Y-%m-%d",
    "columns": {"order_id": "order", "customer_id": "who", "rating": "stars", "occurred_at": "at"},
}


@pytest.mark.parametrize(
    ("own", "profiles", "ratings"),
    [
        ("USD", [("shop", "7"), ("shop.EUR", "8"), ("shop", "9"), ("shop.EUR", "9")], ["shop.EUR", "shop"]),
        (
            "EUR",
            [("shop", "7"), ("shop.USD", "7"), ("shop", "8"), ("shop", "9"), ("shop.USD", "9")],
            ["shop", "shop.USD"],
        ),
    ],
)
def test_what_comes_alone_in_a_later_file_is_where_its_customer_bought_before(
    shop: Currencies, own: str, profiles: list[tuple[str, str]], ratings: list[str]
) -> None:
    shop.send(("1:7,USD,paid,", "2:8,EUR,paid,", "3:9,USD,paid,", "4:9,EUR,paid,"), currency="USD")
    (shop.folder / "customers.csv").write_text("id,city\n7,Rome\n8,Bonn\n9,Oslo\n")
    (shop.folder / "reviews.csv").write_text("order,who,stars,at\n2,8,5,2023-02-01\n1,7,4,2023-02-01\n")
    files = {"customers": CUSTOMERS, "ratings": RATINGS}
    order, *events = shop.send((f"5:7,{own},paid,",), files=files, currency=own)
    assert order["source"] == "shop"
    assert [(one["source"], one["customer_id"]) for one in events if "rating" not in one] == profiles
    assert [one["source"] for one in events if "rating" in one] == ratings


def test_an_order_that_a_later_file_has_in_another_currency_is_there(shop: Currencies) -> None:
    shop.send(("1:7,EUR,paid,", "2:8,USD,paid,"), currency="USD")
    (shop.folder / "reviews.csv").write_text("order,who,stars,at\n1,7,5,2023-02-01\n")
    _, rating = shop.send(("1:7,USD,paid,",), files={"ratings": RATINGS}, currency="USD")
    assert rating["source"] == "shop"


def test_a_return_of_a_file_in_another_currency_is_with_that_currency(shop: Currencies) -> None:
    (shop.folder / "back.csv").write_text("id,paid,at,money\nr1,4.00,2023-02-01,EUR\nr2,5.00,2023-02-01,USD\n")
    columns = {"return_id": "id", "unit_price": "paid", "occurred_at": "at", "currency": "money"}
    returns = {"file": "back.csv", "time_format": "%Y-%m-%d", "columns": columns}
    events = shop.send(("1:7,USD,paid,",), files={"returns": returns}, currency="USD")
    assert places(events)[1:] == [("shop.EUR", "r1", None, "EUR"), ("shop", "r2", None, "USD")]
    assert [source for source, _ in shop.kafka.declared] == ["shop", "shop.EUR"]


def test_a_name_that_another_currency_makes_too_long_is_refused(shop: Currencies) -> None:
    rows = ("1:7,USD,paid,", "2:8,EUR,paid,")
    with pytest.raises(UsageError, match=r"orders in USD would be under 'x{62}\.USD', which has more than 64 letters"):
        shop.send(rows, "--source", "x" * 62)
    assert len(shop.send(("1:7,USD,paid,",), "--source", "x" * 62)) == 1


def test_a_return_that_an_earlier_other_file_had_ends_where_a_later_one_has_the_order_without_it(
    shop: Currencies,
) -> None:
    shop.send(("1:7,USD,paid,4.00", "2:8,USD,paid,10.00", "3:8,USD,paid,2.00"))
    events = places(shop.send(("1:7,USD,void,", "2:8,USD,paid,10.00")))
    assert events == [
        ("shop", "1", "cancelled", "USD"),
        ("shop", "1/return", "cancelled", "USD"),
        ("shop", "2", "sale", "USD"),
        ("shop", "2/return", None, "USD"),
    ]
