"""The same rows as CSV, with tabs, as lines of JSON, as a workbook and as Parquet become the same events."""

import json
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UsageError
from streaming.reading.opening import ending_of
from tests.unit.streaming.replay.kinds import AT, KINDS, NAMES, ROWS, Row, as_text, events, replayed
from tests.unit.streaming.replay.shop import COLUMNS


@pytest.mark.parametrize("name", [name for name in KINDS if name != "orders.csv"])
def test_each_kind_becomes_the_events_of_csv(tmp_path: Path, name: str) -> None:
    expected = events(tmp_path, "orders.csv", ROWS)
    assert [len(event["lines"]) for event in expected] == [2, 1]
    assert expected[0]["customer_id"] == "101"
    # Three decimals are in doubt in a text, and a number has them.
    undeclared: dict[str, str | None] = {"decimal": "."} if name == "orders.tsv" else {"decimal": None}
    found = events(tmp_path, name, ROWS, **undeclared)
    if name != "orders.tsv":
        assert found[1]["lines"][0].pop("unit_price") == "1.1250"
        assert expected[1]["lines"][0].pop("unit_price") == "1.125"
        del found[1]["event_id"], expected[1]["event_id"]
    assert found == expected


# What begins with = would be written as a formula, of which nothing was computed.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cc"]), max_size=8)
TEXT = TEXT.filter(lambda text: not text.startswith("="))
PRICE = st.integers(0, 10**6).map(lambda cents: cents / 100)
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
LINE = st.tuples(st.sampled_from(["A", "B-1"]), TEXT, st.integers(1, 9), MOMENT, PRICE, st.sampled_from([None, 7, 800]))


@given(lines=st.lists(LINE, min_size=1, max_size=6), mark=st.sampled_from([".", ","]), form=st.sampled_from(
    ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "epoch", "iso"]))  # fmt: skip
@settings(max_examples=12, deadline=None)
def test_any_rows_are_the_same_in_every_kind(lines: list[Row], mark: str, form: str) -> None:
    rows = [(number, *line) for number, line in enumerate(lines, start=1)]
    keys = {"decimal": mark, "time_format": [form], "time_zone": "Europe/Berlin"}
    with TemporaryDirectory() as name:
        folder = Path(name)
        # What CSV has as a text with the mark and the format of the mapping.
        csv_rows = [
            (*row[:4], row[4].isoformat(" "), as_text(row[5]).replace(".", mark).removesuffix(f"{mark}0"), row[6])
            for row in rows
        ]
        expected = events(folder, "orders.csv", csv_rows, **keys | {"time_format": "%Y-%m-%d %H:%M:%S"})
        for kind in ("orders.xlsx", "orders.parquet"):
            assert events(folder, kind, rows, **keys) == expected


def test_customers_joined_files_and_ratings_may_be_of_other_kinds(tmp_path: Path) -> None:
    KINDS["orders.parquet"](tmp_path / "orders.parquet", ["order", "sku", "qty", "price"], [(1, "A", 2, 10.5)])
    KINDS["orders.xlsx"](tmp_path / "heads.xlsx", ["order", "at", "customer"], [(1, AT, 101)])
    KINDS["orders.jsonl"](tmp_path / "customers.jsonl", ["id", "town"], [(101, "Lyon")])
    KINDS["orders.tsv"](tmp_path / "reviews.tsv", ["order", "stars", "at", "who"], [(1, 5, AT, 101)])
    found = replayed(
        tmp_path,
        "orders.parquet",
        columns={one: COLUMNS[one] for one in COLUMNS if one != "description"},
        join=[{"file": "heads.xlsx", "by": "order"}],
        files={
            "customers": {"file": "customers.jsonl", "columns": {"customer_id": "id", "city": "town"}},
            "ratings": {
                "file": "reviews.tsv",
                "columns": {"order_id": "order", "rating": "stars", "occurred_at": "at", "customer_id": "who"},
            },
        },
    )
    order, customer, rating = found
    assert (order["occurred_at"], order["customer_id"], order["lines"][0]["unit_price"]) == (
        *("2023-01-05T10:00:00.000Z", "101", "10.5"),
    )
    assert (customer["customer_id"], customer["city"]) == ("101", "Lyon")
    assert (rating["customer_id"], rating["rating"], rating["rating_id"]) == ("101", 5, "1")


def test_several_sheets_are_refused_by_their_names_unless_one_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    for row in (NAMES, *ROWS):
        book.active.append(list(row))
    book.create_sheet("Notes").append(["seen by", "Ann"])
    book.create_sheet("Blank")
    book.save(tmp_path / "orders.xlsx")
    with pytest.raises(UsageError, match="has 2 sheets, 'Orders', 'Notes'; name the one that is meant by sheet:"):
        replayed(tmp_path, "orders.xlsx")
    with pytest.raises(UsageError, match="has no sheet 'Order'; its sheets are 'Orders', 'Notes', 'Blank'"):
        replayed(tmp_path, "orders.xlsx", sheet="Order")
    assert len(replayed(tmp_path, "orders.xlsx", sheet="Orders")) == 2


def test_a_header_of_merged_or_blank_cells_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    book.active.append(list(ROWS[0]))
    book.active.merge_cells("B1:C1")
    book.save(tmp_path / "orders.xlsx")
    with pytest.raises(UsageError, match=r"the header has no name in column 3 of 7; .* part merged cells"):
        replayed(tmp_path, "orders.xlsx")


def test_a_row_that_cannot_be_read_is_held_by_its_number_and_the_others_are_sent(tmp_path: Path) -> None:
    lines = [json.dumps(dict(zip(NAMES, row, strict=True)), default=str) for row in ROWS]
    (tmp_path / "orders.jsonl").write_text(
        "\n".join([*lines, "[1]", '{"order": 4, "sku": "\\u0000"}', "", '{"order": 5'])
    )
    found = replayed(tmp_path, "orders.jsonl")
    assert [event.get("order_id") for event in found] == ["1", "2", None, None, None]
    assert [(event["raw_row"], event["raw_reason"]) for event in found[2:]] == [
        ('"[1]"', 'row 4: line 4 of the file: is no object: each line must hold one object, as in {"order": 1}'),
        ('"4,,,,,,"', "row 5: line 5 of the file: a cell holds a NUL"),
        ('{"order": 5', 'row 6: line 7 of the file: is no JSON: each line must hold one object, as in {"order": 1}'),
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("orders.json", b"[{}]", "is one list of JSON; write an object on each line"),
        ("orders.jsonl", b"", "line 1: the file is empty"),
        ("orders.jsonl", b"order,sku\n1,A\n", "line 1: is no JSON: each line must hold one object"),
        ("orders.parquet", b"order,sku\n1,A\n", "is no Parquet file, as its name says"),
        ("orders.parquet", b"PAR1\0\0\0\0", "the Parquet file is damaged or cut short"),
        ("orders.xlsx", b"PK\x03\x04\0\0\0\0", "the ZIP archive or workbook is damaged or cut short"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        replayed(tmp_path, name)


def test_sheets_of_one_workbook_are_joined_by_their_names(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Lines"
    sheets = {
        "Lines": (["order", "sku", "qty", "price"], [1, "A", 2, 10.5], [2, "B", 1, 3]),
        "Heads": (["order", "at", "who"], [1, AT, 101], [2, AT, 102]),
        "Towns": (["who", "town"], [101, "Lyon"], [102, "Bonn"]),
    }
    for title, rows in sheets.items():
        sheet = book.active if title == "Lines" else book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "shop.xlsx")
    columns = {
        "order_id": "order", "product_id": "sku", "quantity": "qty", "unit_price": "price", "occurred_at": "at",
        "customer_id": "who",
    }  # fmt: skip
    heads = {"file": "shop.xlsx", "by": "order", "sheet": "Heads"}
    keys: dict[str, Any] = {"sheet": "Lines", "columns": columns, "join": [heads]}
    towns = {"file": "shop.xlsx", "sheet": "Towns", "columns": {"customer_id": "who", "city": "town"}}
    first, second, *customers = replayed(tmp_path, "shop.xlsx", **keys, files={"customers": towns})
    assert [(one["order_id"], one["customer_id"]) for one in (first, second)] == [("1", "101"), ("2", "102")]
    assert [one["city"] for one in customers] == ["Lyon", "Bonn"]
    with pytest.raises(UsageError, match="has 3 sheets, 'Lines', 'Heads', 'Towns'; name the one that is meant"):
        replayed(tmp_path, "shop.xlsx", **{**keys, "join": [{"file": "shop.xlsx", "by": "order"}]})


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_kept_by_what_it_holds_whatever_its_name_says(tmp_path: Path, name: str) -> None:
    KINDS[name](tmp_path / name, NAMES, ROWS)
    (tmp_path / name).rename(tmp_path / "file")
    if "json" not in name:
        assert ending_of(tmp_path / "file") == Path(name).suffix.replace(".tsv", ".csv")
        return
    assert ending_of(tmp_path / "file") == "".join(Path(name).suffixes)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('{"order":1,"order":9,"sku":"A"}', "order"),
        ('{"order":1,"item":{"sku":"A","sku":"B"}}', "sku"),
        ('{"order":1,"item.sku":"A","item":{"sku":"B"}}', "item.sku"),
    ],
)
def test_a_line_of_json_that_says_a_name_twice_is_held(tmp_path: Path, line: str, name: str) -> None:
    good = json.dumps(dict(zip(NAMES, ROWS[0], strict=True)), default=str)
    (tmp_path / "orders.jsonl").write_text(f"{good}\n{line}\n")
    event, held = replayed(tmp_path, "orders.jsonl")
    assert event["order_id"] == "1"
    assert held["raw_reason"] == f"row 2: line 2 of the file: has '{name}' twice; leave one out"
