"""Returns and visits in files of their own beside the orders, and a log of events put together to visits."""

import json
from pathlib import Path
from typing import Any

import pytest

from common.errors import UsageError
from streaming.replay import __main__ as program
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import COLUMNS, HEADER, MAPPING
from tests.unit.streaming.replay.test_other_files import Shop as Files

ORDERS = (HEADER, "1,A,Cup,2,2023-01-05 10:00:00,10.00,7", "2,A,Cup,1,2023-01-07 10:00:00,10.00,8")
RETURNS = {
    "file": "back.csv",
    "columns": {
        "order_id": "order", "product_id": "sku", "quantity": "qty", "unit_price": "paid", "occurred_at": "day"
    },
}  # fmt: skip
LOG = {
    "file": "log.csv",
    "columns": {
        "customer_id": "who", "session": "session", "occurred_at": "at", "product_id": "sku", "event": "what"
    },
    "events": {"view": "view", "cart": "cart", "purchase": "other", "ad": "ignored"},
}  # fmt: skip
CASE_15 = """\
event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session
2024-03-01 09:00:00 UTC,view,70001,900,,x,20.50,900000001,s1
2024-03-01 09:00:10 UTC,cart,70001,900,,x,20.50,900000001,s1
2024-03-01 09:01:00 UTC,purchase,70001,900,,x,20.50,900000001,s1
"""


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Files:
    folder = tmp_path / "shop"
    folder.mkdir()
    one = Files(kafka, folder)
    one.write("orders.csv", ORDERS)
    return one


def send(shop: Files, *options: str, **files: Any) -> list[dict[str, Any]]:
    """Replay the orders with other files, and return the events of these."""
    mapping = shop.folder / "shop.yml"
    mapping.write_text(json.dumps({**MAPPING, "columns": COLUMNS, "files": files}))
    shop.kafka.taken = []
    program.main(["--orders", str(shop.folder / "orders.csv"), "--mapping", str(mapping), *options])
    return [json.loads(message.value) for message in shop.kafka.taken][2:]


def test_rows_of_one_return_are_one_event_of_its_order_s_customer(
    shop: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("1,A,-1,10.00,2023-01-09 00:00:00", "2,A,1,10.00,2023-01-10 00:00:00", "1,B,1,-4.5,2023-01-08 00:00:00")
    shop.write("back.csv", ("order,sku,qty,paid,day", *rows, "9,A,1,3,2023-01-08 00:00:00"))
    first, second, third = send(shop, returns=RETURNS)
    assert (first["return_id"], first["order_id"], first["customer_id"], first["kind"]) == ("1", "1", "7", None)
    assert (first["occurred_at"], first["currency"]) == ("2023-01-08T00:00:00.000Z", "EUR")
    assert [(line["product_id"], line["quantity"], line["unit_price"]) for line in first["lines"]] == [
        ("A", 1, "10.00"),
        ("B", 1, "4.5"),
    ]
    assert (second["return_id"], second["customer_id"], third["customer_id"]) == ("2", "8", None)
    assert "6 lines = 2 in 2 orders + 4 in 3 returns" in capsys.readouterr().out


def test_a_return_of_an_amount_is_no_product_and_ends_where_a_mended_mapping_makes_none(shop: Files) -> None:
    shop.write("back.csv", ("id,order,paid,day", "r1,1,7.25,2023-01-09 00:00:00"))
    columns = {"return_id": "id", "order_id": "order", "unit_price": "paid", "occurred_at": "day"}
    [back] = send(shop, returns={"file": "back.csv", "columns": columns})
    assert back["lines"] == [
        {"product_id": "REFUND", "description": None, "quantity": 1, "unit_price": "7.25", "is_product": False}
    ]
    other = {"file": "back.csv", "columns": columns, "only": {"id": ["none"]}}
    assert [(event["return_id"], event["kind"]) for event in send(shop, returns=other)] == [("r1", "cancelled")]


def test_a_list_of_orders_with_nothing_paid_back_makes_no_returns(
    shop: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write("back.csv", ("order,paid,day", "1,0.00,2023-01-09 00:00:00", "2,4.00,2023-01-09 00:00:00"))
    columns = {"order_id": "order", "unit_price": "paid", "occurred_at": "day"}
    assert [event["order_id"] for event in send(shop, returns={"file": "back.csv", "columns": columns})] == ["2"]
    assert " + 1 of returns of no product and nothing paid back" in capsys.readouterr().out


def test_a_return_is_held_whole(shop: Files) -> None:
    rows = ("1,A,1,10.00,2023-01-09 00:00:00", "1,B,x,4,2023-01-08 00:00:00", "2,A,1,1,2023-01-08 00:00:00")
    shop.write("back.csv", ("order,sku,qty,paid,day", *rows, "2,B,1,1,2023-01-08 00:00:00"))
    *good, first, second = sorted(send(shop, returns=RETURNS), key=lambda event: event.get("raw_reason") or "")
    assert [event["return_id"] for event in good] == ["2"]
    assert first["raw_reason"] == "row 1: its return 1 is held for row 2: quantity 'x' is not a whole number"
    assert (second["raw_row"], second["raw_field"]) == (rows[1], "quantity")


def test_rows_that_are_visits(shop: Files) -> None:
    shop.write(
        "visits.csv",
        ("id,who,at,len,pages,seen,cart", "v1,7,2023-01-05 10:00:00,60,3,2,1", "v2,,2023-01-05 11:00:00,0,1,0,0"),
    )
    columns = {"visit_id": "id", "customer_id": "who", "occurred_at": "at", "seconds": "len", "pages_viewed": "pages"}
    columns |= {"products_viewed": "seen", "products_in_cart": "cart"}
    first, second = send(shop, visits={"file": "visits.csv", "columns": columns, "constants": {"channel": "Direct"}})
    assert (first["visit_id"], first["customer_id"], first["seconds"], first["pages_viewed"]) == ("v1", "7", 60, 3)
    assert (first["channel"], first["device"], second["customer_id"]) == ("direct", None, None)
    assert [message.key for message in shop.kafka.taken[2:]] == ["shop/7", "shop/v2"]


def test_a_log_is_put_together_by_customer_session_and_pause(shop: Files, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        "7,s1,2023-01-05 10:00:00,A,view", "8,s2,2023-01-05 10:00:30,B,view", "7,s1,2023-01-05 10:10:00,A,view",
        "7,s1,2023-01-05 10:20:00,A,cart", "7,s1,2023-01-05 10:50:00,B,View", "7,s1,2023-01-05 11:20:01,B,view",
        "7,s1,2023-01-05 11:21:00,B,purchase", ",s3,2023-01-05 12:00:00,C,view", "9,s4,2023-01-05 12:00:00,C,cart",
        "7,s1,2023-01-05 12:00:00,,ad", "7,s1,2023-01-05 12:00:00,A,hover",
    )  # fmt: skip
    shop.write("log.csv", ("who,session,at,sku,what", *rows))
    events = send(shop, visits=LOG)
    held = [event for event in events if "raw_reason" in event]
    found = sorted(
        (event["occurred_at"][11:16], event["customer_id"] or "", event["seconds"], event["pages_viewed"],
         event["products_viewed"], event["products_in_cart"])
        for event in events if event not in held
    )  # fmt: skip
    assert found == [
        ("10:00", "8", 0, 1, 1, 0),
        ("10:50", "7", 3000, 3, 2, 1),
        ("11:21", "7", 59, 1, 1, 0),
        ("12:00", "", 0, 1, 1, 0),
    ]
    assert [event["raw_reason"] for event in held] == ["row 11: event 'hover' is not among the events of files.visits"]
    assert {event["channel"] for event in events if event not in held} == {"other"}
    assert "8 in 4 visits" in (text := capsys.readouterr().out) and "1 left out by the mapping" in text
    assert "1 of visits without a page" in text
    # The rows in another order are the same visits.
    shop.write("log.csv", ("who,session,at,sku,what", *reversed(rows)))
    again = send(shop, visits=LOG)
    assert {event["visit_id"] for event in again if "visit_id" in event} == {
        event["visit_id"] for event in events if "visit_id" in event
    }


def test_views_and_carts_of_a_rees46_log_are_visits(kafka: Kafka, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(CASE_15)
    program.main(["--orders", str(tmp_path / "log.csv"), "--mapping", "rees46"])
    order, visit = (json.loads(message.value) for message in kafka.taken)
    assert [(line["quantity"], line["unit_price"]) for line in order["lines"]] == [(1, "20.50")]
    assert (visit["customer_id"], visit["occurred_at"], visit["seconds"]) == (
        *("900000001", "2024-03-01T09:01:00.000Z", 60),
    )
    assert (visit["pages_viewed"], visit["products_viewed"], visit["products_in_cart"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"returns": {"file": "back.csv", "columns": {"order_id": "order"}}},
            "lacks columns.occurred_at, columns.unit_",
        ),
        ({"returns": {**RETURNS, "columns": {"occurred_at": "at", "unit_price": "paid"}}}, "lacks columns.return_id"),
        ({"visits": {**LOG, "events": None}}, "lacks events (what each word of the log means"),
        (
            {"visits": {**LOG, "events": {"view": "seen"}}},
            "'seen' is not known; write view or cart or other or ignored",
        ),
        ({"visits": {"columns": {"visit_id": "id"}}}, "columns.products_in_cart, file"),
    ],
)
def test_a_mapping_that_lacks_something_is_one_line(shop: Files, files: dict[str, Any], message: str) -> None:
    cleaned = {topic: {key: value for key, value in one.items() if value is not None} for topic, one in files.items()}
    with pytest.raises(UsageError) as caught:
        send(shop, **cleaned)
    assert message in str(caught.value)
