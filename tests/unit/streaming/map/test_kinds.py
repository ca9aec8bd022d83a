"""Mappings that are proposed for logs of events, other kinds of files, and cells that are read otherwise."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from streaming.map.__main__ import main
from tests.unit.streaming.map.proposal import EVENTS, proposed

ROWS = (
    ["Order", "SKU", "Qty", "Date", "Price", "Customer ID"],
    [1, "A", 2, datetime(2023, 1, 25, 10, 0), 1.125, 101.0],
    [2, "B", 1, datetime(2023, 2, 1), 10, None],
)


def test_a_log_of_events_has_visits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping, _ = proposed(
        tmp_path, EVENTS.replace("s1\n2024", "s1\n2024-03-01 09:00:30 UTC,cart,70001,x,20.50,901,s1\n2024")
    )
    assert mapping["files"]["visits"] == {
        "columns": {
            "customer_id": "user_id",
            "session": "user_session",
            "occurred_at": "event_time",
            "product_id": "product_id",
            "event": "event_type",
        },
        "events": {"cart": "cart", "purchase": "other", "view": "view"},
    }
    assert '"pages_viewed":1,"products_viewed":1,"products_in_cart":1' in capsys.readouterr().out


def test_days_and_months_mixed_in_one_column_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("25/01/2023", "01/26/2023", "27/01/2023", "03/04/2023")
    rows = "".join(f"{number},A,1,{day},7.00\n" for number, day in enumerate(days))
    _, text = proposed(tmp_path, f"order_id,sku,qty,date,price\n{rows}")
    assert "# ? the file mixes day before month and month before day: export it in one way" in text
    assert "'01/26/2023' is not %d/%m/%Y, but has day and month the other way round" in capsys.readouterr().out


def test_the_amount_of_a_line_where_no_price_of_a_piece_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping, _ = proposed(tmp_path, "order_id,sku,qty,date,line total\n1,A,4,2023-01-25,10.00\n")
    assert mapping["columns"]["line_amount"] == "line total" and "unit_price" not in mapping["columns"]
    assert '"quantity":4,"unit_price":"2.50"' in capsys.readouterr().out
    both, _ = proposed(tmp_path, "order_id,sku,qty,date,price,line total\n1,A,4,2023-01-25,2.5,10.00\n")
    assert both["columns"]["unit_price"] == "price" and "line_amount" not in both["columns"]


def test_a_cyrillic_export_of_windows(tmp_path: Path) -> None:
    rows = "Номер заказа;Артикул;Название;Количество;Дата;Цена;Клиент\n1;А-1;Чашка большая;2;25.01.2023;10.50;7\n"
    mapping, _ = proposed(tmp_path, rows, "cp1251")
    assert mapping["encoding"] == "cp1251"
    assert mapping["columns"] == {
        "order_id": "Номер заказа",
        "product_id": "Артикул",
        "description": "Название",
        "quantity": "Количество",
        "occurred_at": "Дата",
        "unit_price": "Цена",
        "customer_id": "Клиент",
    }


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("Other").append(["x"])
    book.save(path)


def as_json(path: Path) -> None:
    path.write_text("".join(json.dumps(dict(zip(ROWS[0], row, strict=True)), default=str) + "\n" for row in ROWS[1:]))


def as_parquet(path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]), path)


@pytest.mark.parametrize(
    ("name", "write", "options", "time_format"),
    [
        ("shop.xlsx", as_workbook, ["--sheet", "Sheet"], "iso"),
        ("shop.parquet", as_parquet, [], "iso"),
        ("shop.jsonl", as_json, [], "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_files_of_other_kinds(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    write: Callable[[Path], None],
    options: list[str],
    time_format: str,
) -> None:
    write(tmp_path / name)
    main(["--file", str(tmp_path / name), "--out", str(tmp_path / "mapping.yml"), *options])
    mapping = yaml.load((tmp_path / "mapping.yml").read_text(), yaml.BaseLoader)
    assert mapping["columns"] == {
        "order_id": "Order",
        "product_id": "SKU",
        "quantity": "Qty",
        "occurred_at": "Date",
        "unit_price": "Price",
        "customer_id": "Customer ID",
    }
    assert mapping["time_format"] == time_format
    assert not {"delimiter", "encoding", "decimal"} & mapping.keys()
    assert mapping.get("sheet") == (options[1] if options else None)
    printed = capsys.readouterr().out
    assert "2 lines = 2 in 2 orders; nothing was sent" in printed
    assert '"occurred_at":"2023-01-25T10:00:00.000Z","customer_id":"101"' in printed


def test_pieces_and_prices_that_are_called_those_of_a_line_are_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nested.jsonl"
    line = {"order": {"id": 1, "date": "2023-01-25 10:00:00"}, "item": {"sku": "A", "qty": 3, "price": 2.5}}
    path.write_text(f"{json.dumps(line | {'shipping': {'price': 9, 'qty': 7}})}\n")
    main(["--file", str(path), "--out", str(tmp_path / "nested.yml")])
    columns = yaml.safe_load((tmp_path / "nested.yml").read_text())["columns"]
    assert (columns["quantity"], columns["unit_price"]) == ("item.qty", "item.price")
    assert '"quantity":3,"unit_price":"2.5"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("moments", "says"),
    [
        (("2023-01-25T10:00:00+01:00", "2023-01-26T10:00:00Z"), "times say their instant"),
        (("2023-01-25T10:00:00", "2023-01-26T10:00:00Z"), "times say no zone"),
        (("2023-01-25", "2023-01-26"), "times say no zone"),
    ],
)
def test_times_with_offsets_are_said_to_be_instants(tmp_path: Path, moments: tuple[str, ...], says: str) -> None:
    rows = "".join(f"{number},A,1,{moment},7.00\n" for number, moment in enumerate(moments))
    _, text = proposed(tmp_path, f"order_id,sku,qty,date,price\n{rows}")
    assert f"time_zone: UTC  # ? {says}" in text


def test_half_days_of_a_column_that_is_called_created(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping, _ = proposed(tmp_path, "Order,SKU,Quantity,Created,Price\n1,A,2,1/25/2023 1:05 PM,$10.50\n")
    assert mapping["columns"]["occurred_at"] == "Created" and mapping["time_format"] == "%m/%d/%Y %I:%M %p"
    assert '"occurred_at":"2023-01-25T13:05:00.000Z"' in capsys.readouterr().out
