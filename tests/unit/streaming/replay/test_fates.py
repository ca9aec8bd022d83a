"""An order of a file as a sale, a return, a cancellation, or several of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.streaming.replay.shop import COLUMNS, HEADER, Replayed

AT = "2023-01-05 10:00:00"
VOUCHER = {"codes": ["VOUCHER"]}


def lines(event: dict[str, Any]) -> list[tuple[str, int, str, str | None]]:
    """Product, pieces, price and discount of each line."""
    return [
        (line["product_id"], line["quantity"], line["unit_price"], line.get("discount_amount"))
        for line in event["lines"]
    ]


def test_an_exchange_is_a_sale_and_a_return(tmp_path: Path) -> None:
    rows = (f"1,A,Coat,1,{AT},120.00,7", f"1,B,Scarf,-1,{AT},30.00,7")
    replayed = Replayed(tmp_path, rows)
    sale, back = replayed.events
    assert (sale["order_id"], sale["kind"], sale["discount_applied"], lines(sale)) == (
        *("1", "sale", None),
        [("A", 1, "120.00", None)],
    )
    assert (back["return_id"], back["order_id"], back["customer_id"], lines(back)) == (
        *("1/return", "1", "7"),
        [("B", 1, "30.00", None)],
    )
    assert (replayed.topics, str(replayed.tally)) == (
        ["orders", "returns"],
        "2 lines = 1 in 1 orders + 1 in 1 returns",
    )


@pytest.mark.parametrize("voucher", ["1,{},-12.00", "-1,{},12.00"])
def test_a_voucher_reduces_the_products(tmp_path: Path, voucher: str) -> None:
    rows = (f"2,A,Coat,1,{AT},100.00,8", f"2,B,Scarf,2,{AT},10.00,8", f"2,VOUCHER,TEN,{voucher.format(AT)},8")
    [sale] = Replayed(tmp_path, rows, non_products=VOUCHER).events
    assert lines(sale) == [("A", 1, "100.00", "10.00"), ("B", 2, "10.00", "2.00")]
    assert sale["discount_applied"] is True


def test_a_voucher_of_more_than_the_products_holds_the_order(tmp_path: Path) -> None:
    rows = (f"2,A,Coat,1,{AT},10.00,8", f"2,VOUCHER,TEN,1,{AT},-12.00,8")
    replayed = Replayed(tmp_path, rows, non_products=VOUCHER)
    assert set(replayed.held.values()) == {
        f"row {row}: order 2: the discount of 12.00 is more than the 10.00 of its products" for row in (1, 2)
    }


def test_a_line_of_no_pieces_beside_others_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = (f"3,A,Coat,1,{AT},120.00,9", f"3,C,Hat,0,{AT},25.00,9", f"4,C,Hat,0,{AT},25.00,9")
    replayed = Replayed(tmp_path, rows)
    assert (replayed.lines("3"), replayed.lines("4")) == ([("A", 1, "120.00")], [("C", 0, "25.00")])
    assert str(replayed.tally) == "3 lines = 2 in 2 orders + 1 of 0 pieces beside others"


def test_an_order_of_negative_lines_alone_stays_a_write_off(tmp_path: Path) -> None:
    rows = (f"5,A,Coat,-1,{AT},120.00,", f"5,B,Scarf,-2,{AT},0,", f"5,C,Hat,0,{AT},0,")
    replayed = Replayed(tmp_path, rows)
    assert replayed.lines("5") == [("A", -1, "120.00"), ("B", -2, "0")]
    assert str(replayed.tally) == "3 lines = 2 in 1 write-offs + 1 of 0 pieces beside others"


SHOP_HEADER = f"{HEADER},status,currency,discount,shipping,tax,refunded,cancelled,off"
SHOP = {
    "columns": COLUMNS
    | {name: name for name in ("status", "currency", "discount", "shipping", "tax")}
    | {"refunded_amount": "refunded", "cancelled_at": "cancelled", "line_discount": "off"},
    "statuses": {
        "Paid": "sale",
        "voided": "cancelled",
        "refunded": "refunded",
        "partially_refunded": "partly_refunded",
        "draft": "ignored",
    },
    "fill_down": ["occurred_at", "customer_id"],
    "product_id_or": "description",
}


def shop(folder: Path, *rows: str, **keys: Any) -> Replayed:
    """Replay rows of the columns of `SHOP`."""
    return Replayed(folder, rows, SHOP_HEADER, **(SHOP | keys))


@pytest.mark.parametrize("again", [",,,,,,,", "paid,USD,10.00,5.00,,0.00,,"])
def test_what_is_said_of_an_order_stands_on_its_first_row_or_on_each(tmp_path: Path, again: str) -> None:
    [sale] = shop(
        tmp_path, f"1,C,Coat,1,{AT},60.00,7,paid,USD,10.00,5.00,,0.00,,", f"1,S,Scarf,2,,20.00,,{again}"
    ).events
    assert (sale["currency"], sale["kind"], sale["discount_applied"]) == ("USD", "sale", True)
    assert lines(sale) == [
        ("C", 1, "60.00", "6.00"),
        ("S", 2, "20.00", "4.00"),
        ("SHIPPING", 1, "5.00", None),
    ]
    assert [line["is_product"] for line in sale["lines"]] == [True, True, False]


def test_a_line_s_own_discount_tax_and_a_missing_code(tmp_path: Path) -> None:
    [sale] = shop(tmp_path, f"4,,Gift wrap,2,{AT},40.00,7,paid,eur,,,7.60,,,-8.00").events
    assert lines(sale) == [("Gift wrap", 2, "40.00", "8.00"), ("TAX", 1, "7.60", None)]
    assert (sale["currency"], sale["discount_applied"]) == ("EUR", True)


@pytest.mark.parametrize("status", ["paid", "voided"])
def test_an_order_with_a_time_of_its_cancellation_is_no_sale(tmp_path: Path, status: str) -> None:
    [order] = shop(tmp_path, f"4,A,Cup,1,{AT},40.00,7,{status},USD,,,,,2023-02-09 10:00:00,").events
    assert (order["kind"], order["occurred_at"]) == ("cancelled", "2023-02-09T10:00:00.000Z")


def test_an_order_without_a_discount_says_so_where_the_file_has_the_column(tmp_path: Path) -> None:
    [sale] = shop(tmp_path, f"4,A,Cup,1,{AT},40.00,7,paid,USD,0.00,,,,,").events
    assert sale["discount_applied"] is False


def test_a_refunded_order_is_a_sale_and_a_return_of_all_its_lines(tmp_path: Path) -> None:
    replayed = shop(tmp_path, f"2,C,Coat,1,{AT},60.00,7,refunded,EUR,6,5.00,,59.00,,")
    sale, back = replayed.events
    assert (back["return_id"], back["order_id"], back["currency"]) == ("2/return", "2", "EUR")
    assert lines(back) == lines(sale) == [("C", 1, "60.00", "6.00"), ("SHIPPING", 1, "5.00", None)]
    assert str(replayed.tally) == "1 lines = 1 in 1 orders + 0 in 1 returns"


@pytest.mark.parametrize("status", ["partially_refunded", "paid"])
def test_a_part_that_was_paid_back_is_a_return_of_its_amount(tmp_path: Path, status: str) -> None:
    _, back = shop(tmp_path, f"2,C,Coat,1,{AT},60.00,7,{status},EUR,,,,-20.00,,").events
    assert lines(back) == [("REFUND", 1, "20.00", None)] and back["lines"][0]["is_product"] is False


def test_all_of_it_paid_back_is_a_return_of_the_lines_whatever_the_status_says(tmp_path: Path) -> None:
    _, back = shop(tmp_path, f"2,C,Coat,1,{AT},60.00,7,paid,EUR,,,,60.00,,").events
    assert lines(back) == [("C", 1, "60.00", None)]


def test_a_cancelled_order_is_no_sale(tmp_path: Path) -> None:
    replayed = shop(tmp_path, f"3,C,Coat,1,{AT},60.00,7,VOIDED,USD,,,,,2023-01-06 12:00:00,")
    [event] = replayed.events
    assert (event["order_id"], event["kind"], event["occurred_at"]) == ("3", "cancelled", "2023-01-06T12:00:00.000Z")
    assert str(replayed.tally) == "1 lines = 1 in 1 cancellations"


def test_an_order_whose_status_is_ignored_is_left_out_and_counted(tmp_path: Path) -> None:
    replayed = shop(tmp_path, f"3,C,Coat,1,{AT},60.00,7,draft,USD,,,,,,", f"3,D,Coat,1,{AT},60.00,7,,,,,,,,")
    assert not replayed.events
    assert str(replayed.tally) == "2 lines = 2 of orders that the mapping ignores"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("on hold,USD,,,,,,", "order 1: status 'on hold' is not among the statuses of the mapping"),
        (",USD,,,,,,", 'order 1: an empty status ("") is not among the statuses of the mapping'),
        ("paid,,,,,,,", "order 1: currency is empty"),
        ("paid,US,,,,,,", "currency 'US' is not a code of three letters"),
        ("paid,USD,60.01,,,,,", "order 1: the discount of 60.01 is more than the 60.00 of its products"),
        ("paid,USD,,,,,,60.01", "order 1: the discount of a line is more than its amount"),
        ("paid,USD,,-5,,,,", "shipping '-5' is below zero"),
        ("paid,USD,ten,,,,,", "discount 'ten' is not a number"),
        ("paid,USD,,,,60.01,,", "order 1: refunded_amount 60.01 is more than the order's 60.00"),
        ("partially_refunded,USD,,,,,,", "order 1: it is partly refunded and has no refunded_amount"),
        ("paid,USD,,,,,tomorrow,", "cancelled_at 'tomorrow' is not"),
    ],
)
def test_what_makes_no_event_holds_the_order_and_is_named(tmp_path: Path, cells: str, reason: str) -> None:
    replayed = shop(tmp_path, f"1,C,Coat,1,{AT},60.00,7,{cells}", currency=None)
    assert not replayed.orders
    [held] = replayed.held.values()
    assert held.startswith(f"row 1: {reason}")


def test_rows_that_contradict_each_other_hold_the_order(tmp_path: Path) -> None:
    replayed = shop(tmp_path, f"1,C,Coat,1,{AT},60.00,7,paid,USD,,,,,,", f"1,D,Hat,1,{AT},60.00,7,voided,USD,,,,,,")
    assert [reason.split(": ", 1)[1] for reason in replayed.held.values()] == [
        "order 1: status is paid in one row and voided in another, and an order has one"
    ] * 2


def test_one_row_per_piece_without_a_quantity(tmp_path: Path) -> None:
    rows = (
        f"e1,1,p1,25.00,5.00,{AT},delivered,u1",
        f"e1,2,p1,25.00,5.00,{AT},delivered,u1",
        f"e1,3,p2,9.00,5.00,{AT},delivered,u1",
        f"e2,1,p2,110.00,20.00,{AT},canceled,u2",
    )
    columns = {
        "order_id": "order_id",
        "product_id": "product_id",
        "unit_price": "price",
        "occurred_at": "bought",
        "status": "order_status",
        "customer_id": "customer",
    }
    replayed = Replayed(
        tmp_path,
        rows,
        "order_id,order_item_id,product_id,price,freight_value,bought,order_status,customer",
        columns=columns,
        constants={"quantity": 1, "currency": "BRL"},
        currency=None,
        statuses={"delivered": "sale", "canceled": "cancelled"},
        one_row_per_piece=True,
    )
    assert replayed.lines("e1") == [("p1", 2, "25.00"), ("p2", 1, "9.00")]
    assert [event["kind"] for event in replayed.events] == ["sale", "cancelled"]
    assert replayed.events[0]["currency"] == "BRL"
    assert str(replayed.tally) == "4 lines = 3 in 1 orders + 1 in 1 cancellations"


def test_only_the_rows_that_the_mapping_wants_are_lines(tmp_path: Path) -> None:
    rows = (
        "2024-03-01 09:00:00,view,70001,20.50,9,s1",
        "2024-03-01 09:00:10,cart,70001,20.50,9,s1",
        "2024-03-01 09:01:00,Purchase,70001,20.50,9,s1",
    )
    columns = {"order_id": "session", "product_id": "product", "unit_price": "price", "occurred_at": "time"}
    replayed = Replayed(
        tmp_path,
        rows,
        "time,type,product,price,user,session",
        columns=columns,
        constants={"quantity": 1},
        only={"type": ["purchase"]},
    )
    assert replayed.lines("s1") == [("70001", 1, "20.50")]
    assert replayed.events[0]["occurred_at"] == "2024-03-01T09:01:00.000Z"
    assert str(replayed.tally) == "3 lines = 1 in 1 orders + 2 left out by the mapping"
