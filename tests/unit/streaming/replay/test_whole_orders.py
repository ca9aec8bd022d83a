"""An order is one unit: its rows are sent together, held together, and sent once."""

from pathlib import Path

import pytest

from streaming.replay import __main__ as program
from streaming.replay import verdicts
from tests.unit.streaming.replay.shop import HEADER, Replayed

BAD_PRICE = "unit_price '1.9.0' is not a number with at most 4 decimals"
FIRST_ROW_ALONE = (
    "1,A,Cup,1,2023-01-05 10:00:00,10.00,7",
    "1,B,Lamp,1,,90.00,",
    "1,C,Desk,1,,1900.00,",
    "2,A,Cup,1,2023-01-06 10:00:00,10.00,8",
    ",B,Lamp,2,,90.00,",
)


def test_blank_cells_are_filled_within_an_order_where_the_mapping_says_so(tmp_path: Path) -> None:
    replayed = Replayed(tmp_path, FIRST_ROW_ALONE, fill_down=["order_id", "occurred_at", "customer_id"])
    first, second = replayed.orders
    assert replayed.lines("1") == [("A", 1, "10.00"), ("B", 1, "90.00"), ("C", 1, "1900.00")]
    assert (first["customer_id"], first["occurred_at"]) == ("7", "2023-01-05T10:00:00.000Z")
    assert replayed.lines("2") == [("A", 1, "10.00"), ("B", 2, "90.00")]
    assert (second["customer_id"], second["occurred_at"]) == ("8", "2023-01-06T10:00:00.000Z")


def test_blank_rows_are_counted_and_hold_no_order(tmp_path: Path) -> None:
    rows = (*FIRST_ROW_ALONE[:2], ",,,,,,", *FIRST_ROW_ALONE[2:], ",,", ' , ,"",,,,')
    replayed = Replayed(tmp_path, rows, fill_down=["order_id", "occurred_at", "customer_id"])
    assert replayed.lines("1") == [("A", 1, "10.00"), ("B", 1, "90.00"), ("C", 1, "1900.00")]
    assert str(replayed.tally) == "8 lines = 5 in 2 orders + 3 blank rows" and replayed.held == {}


def test_a_cell_is_not_filled_from_another_order(tmp_path: Path) -> None:
    rows = ("1,A,Cup,1,2023-01-05 10:00:00,10.00,7", "2,A,Cup,1,2023-01-06 10:00:00,10.00,", ",B,Cup,1,,1,9")
    replayed = Replayed(tmp_path, rows, fill_down=["occurred_at", "customer_id"])
    assert [order["customer_id"] for order in replayed.orders] == ["7", None]
    assert replayed.held == {rows[2]: "row 3: order_id is empty"}, "a row without an order id is alone"


def test_one_row_that_cannot_be_read_holds_its_order_alone(tmp_path: Path) -> None:
    replayed = Replayed(tmp_path, FIRST_ROW_ALONE[:4])
    assert [order["order_id"] for order in replayed.orders] == ["2"]
    fault = "occurred_at '' is not %Y-%m-%d %H:%M:%S"
    assert replayed.held == {
        FIRST_ROW_ALONE[0]: f"row 1: its order 1 is held for row 2: {fault}",
        FIRST_ROW_ALONE[1]: f"row 2: {fault}",
        FIRST_ROW_ALONE[2]: f"row 3: {fault}",
    }
    assert str(replayed.tally) == "4 lines = 1 in 1 orders + 3 in 3 unmappable"


@pytest.mark.parametrize("fault", ["1,B,Lamp,1,2023-01-05 10:00:00,1.9.0,7", "1,B,Lamp"])
def test_an_order_is_held_wherever_its_rows_stand(tmp_path: Path, fault: str) -> None:
    first, second, other = (f"{order},A{order},Cup,1,2023-01-05 10:00:00,10.00,7" for order in "123")
    last = first.replace("A1", "C")
    replayed = Replayed(tmp_path, (first, second, fault, other, last))
    assert [order["order_id"] for order in replayed.orders] == ["2", "3"]
    assert list(replayed.held) == [first, fault, last]
    assert replayed.held[last].startswith("row 5: its order 1 is held for row 3: ")


def test_an_order_is_held_across_the_chunks_that_a_file_is_read_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "ROWS_AT_ONCE", 1)
    filled = Replayed(tmp_path, FIRST_ROW_ALONE, fill_down=["order_id", "occurred_at", "customer_id"])
    assert [len(order["lines"]) for order in filled.orders] == [3, 2]
    assert len(Replayed(tmp_path, FIRST_ROW_ALONE[:4]).held) == 3


ORDER = ("1,A,Cup,6,2024-03-01 08:26:00,2.50,501", "1,B,Lamp,2,2024-03-01 08:26:00,3.40,501")
OTHERS = ("2,A,Cup,1,2024-03-02 09:00:00,2.50,502", "3,B,Lamp,1,2024-03-10 09:00:00,3.40,502")


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ((*ORDER, OTHERS[0], *ORDER, OTHERS[1]), 2),
        ((*ORDER, OTHERS[0], ORDER[1], ORDER[0], OTHERS[1]), 2),
        ((*ORDER, OTHERS[0], *ORDER, OTHERS[1], *ORDER), 4),
        ((ORDER[0], OTHERS[0], ORDER[1], OTHERS[1], ORDER[0], HEADER, *OTHERS, ORDER[1]), 4),
    ],
)
def test_an_order_that_stands_again_is_sent_once_and_counted(
    tmp_path: Path, rows: tuple[str, ...], repeated: int
) -> None:
    replayed = Replayed(tmp_path, rows)
    assert replayed.lines("1") == [("A", 6, "2.50"), ("B", 2, "3.40")]
    assert [order["order_id"] for order in replayed.orders] == ["1", "2", "3"]
    assert replayed.tally.lines["repeated"] == repeated and not replayed.held
    assert f"+ {repeated} repeated" in str(replayed.tally)


def test_an_order_that_ends_one_file_and_begins_the_next_is_sent_once(tmp_path: Path) -> None:
    row = "1,A,Cup,1,2023-01-05 10:00:00,10.00,7"
    replayed = Replayed(tmp_path, (row, HEADER, row))
    assert replayed.lines("1") == [("A", 1, "10.00")]
    assert str(replayed.tally) == "3 lines = 1 in 1 orders + 1 repeated + 1 header rows"


def test_equal_lines_of_one_place_stay(tmp_path: Path) -> None:
    assert Replayed(tmp_path, (*ORDER, *ORDER, OTHERS[0])).lines("1") == [("A", 6, "2.50"), ("B", 2, "3.40")] * 2


def test_places_without_a_product_in_common_are_parts_of_one_order(tmp_path: Path) -> None:
    assert Replayed(tmp_path, (ORDER[0], *OTHERS, ORDER[1])).lines("1") == [("A", 6, "2.50"), ("B", 2, "3.40")]


def test_an_order_that_stands_again_with_other_content_is_held(tmp_path: Path) -> None:
    rows = (*ORDER, OTHERS[0], ORDER[0].replace(",6,", ",5,"))
    replayed = Replayed(tmp_path, rows)
    assert [order["order_id"] for order in replayed.orders] == ["2"]
    assert list(replayed.held) == [rows[0], rows[1], rows[3]]
    fault = "the order stands at row 1 too, with other content; leave one out"
    assert replayed.held[rows[3]] == f"row 4: {fault}"
    assert replayed.held[rows[0]] == f"row 1: its order 1 is held for row 4: {fault}"


def test_an_order_of_more_lines_than_an_event_can_have_is_held_without_being_read_at_once(tmp_path: Path) -> None:
    number = verdicts.MOST_LINES + 1
    rows = [f"1,{line},,1,2024-03-01 08:26:00,1," for line in range(number)]
    replayed = Replayed(tmp_path, [*rows, *OTHERS])
    assert [order["order_id"] for order in replayed.orders] == ["2", "3"]
    assert len(replayed.held) == number
    assert (
        replayed.held[rows[-1]] == f"row {number}: its order 1 is held for row 1: the order is too large for one event"
    )
