"""Amounts and freight of a whole line, and a day and a time of day in two columns."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import UsageError
from streaming.reading.dialect import Dialect
from streaming.reading.numbers import Numbers
from streaming.replay.line_amounts import LineAmounts
from tests.unit.streaming.replay.shop import COLUMNS, Replayed

HEADER = "order,sku,name,qty,at,total,customer,freight"
BY_LINE = {name: column for name, column in COLUMNS.items() if name != "unit_price"} | {"line_amount": "total"}
AT = "2023-01-05 10:00:00"


def replayed(folder: Path, *rows: str, **keys: Any) -> Replayed:
    columns = keys.pop("columns", BY_LINE | {"line_shipping": "freight"})
    return Replayed(folder, rows, HEADER, columns=columns, **keys)


def test_the_price_of_a_piece_is_the_amount_by_the_pieces(tmp_path: Path) -> None:
    shop = replayed(tmp_path, f"1,A,Cup,4,{AT},50.00,7,", f"1,B,Lamp,3,{AT},10.00,7,", f"2,A,Cup,-2,{AT},-5.00,7,")
    assert shop.lines("1") == [("A", 4, "12.50"), ("B", 2, "3.3333"), ("B", 1, "3.3334")]
    assert shop.lines("2") == [("A", -2, "2.50")]
    assert str(shop.tally) == "3 lines = 2 in 1 orders + 1 in 1 write-offs"


def test_returns_by_their_prefix_have_positive_pieces_and_prices(tmp_path: Path) -> None:
    shop = replayed(tmp_path, f"R1,A,Cup,-3,{AT},-10.00,7,", f"R1,B,Cup,0,{AT},0,7,", return_prefix="R")
    [event] = shop.orders
    assert [(line["quantity"], line["unit_price"]) for line in event["lines"]] == [(2, "3.3333"), (1, "3.3334")]
    assert str(shop.tally) == "2 lines = 1 in 1 returns + 1 of 0 pieces beside others"


@given(st.integers(-(10**9), 10**9), st.integers(-5_000, 5_000).filter(bool))
def test_shares_add_up_to_the_amount(units: int, pieces: int) -> None:
    amount = Decimal(units) / 10_000
    shares = LineAmounts({"line_amount": 0}, Numbers(Dialect(decimal="."))).parted(f"{amount:f}", pieces)
    assert sum(some for some, _ in shares) == pieces and len(shares) <= 2
    assert sum(some * Decimal(price) for some, price in shares) == amount


def test_what_sending_costs_is_said_of_each_line_and_added_up(tmp_path: Path) -> None:
    rows = (f"1,A,Cup,1,{AT},25.00,7,5.00", f"1,A,Cup,1,{AT},25.00,7,5.00", f"2,B,Lamp,1,{AT},9.00,8,")
    shop = replayed(tmp_path, *rows, f"1,C,Lamp,1,{AT},9.00,7,1.50", one_row_per_piece=True)
    assert shop.lines("1") == [("A", 2, "25.00"), ("SHIPPING", 2, "5.00"), ("C", 1, "9.00"), ("SHIPPING", 1, "1.50")]
    assert shop.lines("2") == [("B", 1, "9.00")]
    assert [line["is_product"] for line in shop.orders[0]["lines"]] == [True, False, True, False]


def test_cells_that_are_none_are_held(tmp_path: Path) -> None:
    shop = replayed(tmp_path, f"1,A,Cup,0,{AT},5.00,7,", f"2,A,Cup,1,{AT},5.00,7,-1", f"3,A,Cup,1,{AT},5.00,7,1")
    assert list(shop.held.values()) == [
        "row 1: line_amount '5.00' is of 0 pieces",
        "row 2: line_shipping '-1' is below zero",
    ]


def test_a_price_and_an_amount_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unit_price and line_amount are both given; take one away"):
        replayed(tmp_path, columns=COLUMNS | {"line_amount": "total"})


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("05.01.2023", "10:00", "2023-01-05T10:00:00.000Z"),
        ("05.01.2023 00:00:00", "10:00", "2023-01-05T10:00:00.000Z"),
        ("05.01.2023", "24:00", "2023-01-06T00:00:00.000Z"),
    ],
)
def test_a_day_and_a_time_of_day_in_two_columns(tmp_path: Path, day: str, clock: str, moment: str) -> None:
    columns = {**COLUMNS, "occurred_at": ["day", "clock"]}
    header = "order,sku,name,qty,price,customer,day,clock"
    [order] = Replayed(
        tmp_path, (f"1,A,Cup,1,9.00,7,{day},{clock}",), header, columns=columns, time_format="%d.%m.%Y %H:%M"
    ).orders
    assert order["occurred_at"] == moment


def test_three_columns_of_a_time_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"columns\.occurred_at is a list of 3; write one column, or two"):
        replayed(tmp_path, columns=BY_LINE | {"occurred_at": ["a", "b", "c"]})
