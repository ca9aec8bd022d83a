"""Orders and their lines in files of their own."""

import json
from pathlib import Path
from typing import Any

import pytest

from common.errors import UsageError
from streaming.replay import __main__ as program
from streaming.replay.mapping import load
from tests.unit.streaming.replay.conftest import Kafka
from tests.unit.streaming.replay.shop import MAPPING, Replayed

LINES = ("order_id,sku,price,qty", "1,A,10.00,2", "1,B,5.00,1", "2,A,10.00,1", "4,A,10.00,1")
ORDERS = (
    "order_id,at,customer,status",
    "2,2023-01-06 10:00:00,c2,paid",
    "1,2023-01-05 10:00:00,c1,paid",
    "3,2023-01-05 10:00:00,c1,paid",
)
CUSTOMERS = ("customer,person,status", "c1,Ann,gold", "c2,Bob,blue")
COLUMNS = {
    "order_id": "order_id",
    "product_id": "sku",
    "unit_price": "price",
    "quantity": "qty",
    "occurred_at": "at",
    "customer_id": "person",
    "status": "status",
}
JOINS = [{"file": "heads.csv", "by": "order_id"}, {"file": "customers.csv", "by": "customer"}]
KEYS: dict[str, Any] = {"columns": COLUMNS, "join": JOINS, "statuses": {"paid": "sale"}}


def write(folder: Path, orders: tuple[str, ...] = ORDERS, customers: tuple[str, ...] = CUSTOMERS) -> None:
    """Write the files that are joined to the lines."""
    (folder / "heads.csv").write_text("\n".join(orders) + "\n")
    (folder / "customers.csv").write_text("\n".join(customers) + "\n")


def test_each_line_has_the_cells_of_its_order_and_of_the_order_s_customer(tmp_path: Path) -> None:
    write(tmp_path)
    replayed = Replayed(tmp_path, LINES[1:], LINES[0], **KEYS)
    assert [(order["order_id"], order["customer_id"], order["occurred_at"]) for order in replayed.orders] == [
        ("1", "Ann", "2023-01-05T10:00:00.000Z"),
        ("2", "Bob", "2023-01-06T10:00:00.000Z"),
    ]
    assert replayed.lines("1") == [("A", 2, "10.00"), ("B", 1, "5.00")]
    assert replayed.held == {LINES[4]: "row 4: order_id '4' of heads.csv is not in it"}
    assert replayed.notes == ["1 rows of heads.csv that no row names"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("1,2023-01-05 10:00:00,c1,paid", None),
        ("1,2023-01-05 10:00:00,c2,paid", "stands more than once in it, with different cells"),
        ("1,2023-01-05", "stands more than once in it, with different cells"),
    ],
)
def test_a_row_that_stands_twice_is_one_and_two_different_ones_are_none(
    tmp_path: Path, more: str, reason: str | None
) -> None:
    write(tmp_path, (*ORDERS, more))
    replayed = Replayed(tmp_path, LINES[1:4], LINES[0], **KEYS)
    assert replayed.held.get(LINES[1]) == (reason and f"row 1: order_id '1' of heads.csv {reason}")
    assert [order["order_id"] for order in replayed.orders] == (["2"] if reason else ["1", "2"])


def test_a_broken_row_of_another_file_holds_its_orders(tmp_path: Path) -> None:
    write(tmp_path, (ORDERS[0], ORDERS[1], "1,2023-01-05 10:00:00"))
    replayed = Replayed(tmp_path, LINES[1:4], LINES[0], **KEYS)
    assert replayed.held[LINES[1]] == "row 1: order_id '1' of heads.csv has 2 cells instead of 4 there, in row 2"
    assert [order["order_id"] for order in replayed.orders] == ["2"]


def test_a_column_of_the_same_name_in_two_files_is_named_with_its_file(tmp_path: Path) -> None:
    write(tmp_path)
    columns = COLUMNS | {"status": "customers.status"}
    replayed = Replayed(
        tmp_path, LINES[1:4], LINES[0], **(KEYS | {"columns": columns, "statuses": {"gold": "sale", "blue": "ignored"}})
    )
    assert [order["order_id"] for order in replayed.orders] == ["1"]


def test_only_the_order_s_first_row_has_its_id(tmp_path: Path) -> None:
    write(tmp_path)
    rows = (LINES[1], ",B,5.00,1", LINES[3])
    replayed = Replayed(tmp_path, rows, LINES[0], **(KEYS | {"fill_down": ["order_id"]}))
    assert replayed.lines("1") == [("A", 2, "10.00"), ("B", 1, "5.00")]


@pytest.mark.parametrize(
    ("join", "message"),
    [
        ([{"file": "nowhere.csv", "by": "order_id"}], "nowhere.csv: no such file"),
        ([{"file": "heads.csv", "by": "person"}], "join by 'person', which is not one of the columns order_id, sku"),
        ([{"file": "customers.csv", "by": "order_id"}], "customers.csv: has no column 'order_id'"),
    ],
)
def test_a_join_that_cannot_be_is_one_line(tmp_path: Path, join: list[dict[str, str]], message: str) -> None:
    write(tmp_path)
    with pytest.raises(UsageError) as caught:
        Replayed(tmp_path, LINES[1:], LINES[0], **(KEYS | {"join": join}))
    assert message in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("join", "message"), [("heads.csv", "join must be a list"), ([{"file": "a"}], "lacks by")])
def test_a_join_is_a_list_of_files_and_columns(tmp_path: Path, join: Any, message: str) -> None:
    path = tmp_path / "mapping.yml"
    path.write_text(json.dumps(MAPPING | {"columns": COLUMNS, "join": join}))
    with pytest.raises(UsageError, match=message):
        load(str(path))


def test_a_change_of_any_of_the_files_is_another_file(kafka: Kafka, tmp_path: Path) -> None:
    path, mapping = tmp_path / "lines.csv", tmp_path / "mapping.yml"
    path.write_text("\n".join(LINES[:4]) + "\n")
    mapping.write_text(json.dumps({**MAPPING, **KEYS}))
    write(tmp_path)
    arguments = ["--orders", str(path), "--mapping", str(mapping)]
    program.main(arguments)
    program.main(arguments)
    assert len(kafka.taken) == 2, "sent once"
    write(tmp_path, customers=(*CUSTOMERS[:2], "c2,Cem,blue"))
    program.main(arguments)
    assert json.loads(kafka.taken[-1].value)["customer_id"] == "Cem"


def test_a_file_that_may_have_been_cut_short_is_said(
    kafka: Kafka, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    (tmp_path / "lines.csv").write_text("\n".join(LINES[:4]))
    for name in ("heads.csv", "customers.csv"):
        (tmp_path / name).write_text((tmp_path / name).read_text().rstrip())
    people = {"file": "customers.csv", "columns": {"customer_id": "person"}}
    mapping = {**MAPPING, **KEYS, "files": {"customers": people}}
    (tmp_path / "shop.yml").write_text(json.dumps(mapping))
    program.main(["--orders", str(tmp_path / "lines.csv"), "--mapping", str(tmp_path / "shop.yml"), "--dry-run"])
    summary = capsys.readouterr().out.splitlines()[-1]
    for name in ("lines.csv", "heads.csv", "customers.csv"):
        assert summary.count(f"; the last line of {name} has no end: if the file was cut short") == 1
