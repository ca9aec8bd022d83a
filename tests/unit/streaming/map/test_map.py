"""From a file as a shop gives it to the mapping that is proposed, and to what is in doubt."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
import yaml
from pyarrow import parquet

from common.errors import UsageError
from streaming.map.__main__ import main

SHOPIFY = """\
Name,Email,Financial Status,Currency,Shipping,Discount Amount,Created at,\
Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Notes
#1,ann@shop.test,paid,USD,5.00,10.00,2023-01-05 10:00:00 -0500,1,Coat,60.00,C-1,"ring
twice"
#1,,,,,,,2,Scarf,20.00,S-1,
#2,bob@shop.test,voided,EUR,0.00,0.00,2023-01-06 10:00:00 -0500,1,Wrap,4.00,,
"""
OLIST = """\
order_id,order_item_id,product_id,price,freight_value,order_purchase_timestamp,order_status,customer_unique_id
e1,1,p1,25.00,5.00,2024-03-02 10:10:00,delivered,u1
e1,2,p1,25.00,5.00,2024-03-02 10:10:00,delivered,u1
e2,1,p2,110.00,20.00,2024-05-04 20:20:00,canceled,u2
"""
EVENTS = """\
event_time,event_type,product_id,brand,price,user_id,user_session
2024-03-01 09:00:00 UTC,view,70001,x,20.50,901,s1
2024-03-01 09:01:00 UTC,purchase,70001,x,20.50,901,s1
"""
GERMAN = """\
Bestellnummer;SKU;Bezeichnung;Menge;Bestelldatum;Preis;Kundennummer
1;A;Schraube;1.000;05.01.2023 10:00;1.250,00 €;7
C2;B;Tisch;-1;06.01.2023 10:00;12,50 €;8
"""
DAYS = "order,sku,qty,date,price,customer\n1,A,1,01/02/2023,$10.00,17850.0\n2,POST,1,03/04/2023,$5.00,17851.0\n"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are staged below the test's folder."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))


def proposed(folder: Path, text: str, encoding: str = "utf-8") -> tuple[dict, str]:
    """Return the mapping that is proposed for a file, as it is read and as it stands."""
    path, target = folder / "my shop.csv", folder / "mapping.yml"
    path.write_bytes(text.encode(encoding))
    main(["--file", str(path), "--out", str(target), "--force"])
    written = target.read_text()
    return yaml.load(written, yaml.BaseLoader), written


def test_an_export_with_columns_of_the_order(tmp_path: Path) -> None:
    mapping, text = proposed(tmp_path, SHOPIFY)
    assert mapping["columns"] == {
        "order_id": "Name", "product_id": "Lineitem sku", "description": "Lineitem name",
        "quantity": "Lineitem quantity", "occurred_at": "Created at", "unit_price": "Lineitem price",
        "customer_id": "Email", "status": "Financial Status", "currency": "Currency", "discount": "Discount Amount",
        "shipping": "Shipping",
    }  # fmt: skip
    assert mapping["statuses"] == {"paid": "sale", "voided": "cancelled"}
    assert mapping["fill_down"] == ["customer_id", "occurred_at"]
    assert (mapping["product_id_or"], mapping["time_format"]) == ("description", "%Y-%m-%d %H:%M:%S%z")
    assert "currency" not in mapping and mapping["name"] == "my_shop"
    assert "# not used: Notes" in text


def test_one_row_per_piece(tmp_path: Path) -> None:
    mapping, _ = proposed(tmp_path, OLIST)
    assert (mapping["constants"], mapping["one_row_per_piece"]) == ({"quantity": "1"}, "true")
    assert mapping["statuses"] == {"canceled": "cancelled", "delivered": "sale"}
    # Of the piece, not of the order.
    assert "shipping" not in mapping["columns"] and mapping["columns"]["line_shipping"] == "freight_value"


def test_a_log_of_events_of_which_some_are_orders(tmp_path: Path) -> None:
    mapping, _ = proposed(tmp_path, EVENTS)
    assert mapping["only"] == {"event_type": ["purchase"]}
    assert mapping["columns"]["order_id"] == "user_session"


def test_marks_signs_and_returns_of_a_german_shop(tmp_path: Path) -> None:
    mapping, _ = proposed(tmp_path, GERMAN, "cp1252")
    assert (mapping["delimiter"], mapping["encoding"]) == (";", "cp1252")
    assert (mapping["decimal"], mapping["thousands"], mapping["currency_sign"]) == (",", ".", "€")
    assert (mapping["currency"], mapping["time_format"]) == ("EUR", "%d.%m.%Y %H:%M")
    assert mapping["return_prefix"] == "C"


def test_doubts_are_said_behind_their_line(tmp_path: Path) -> None:
    mapping, text = proposed(tmp_path, DAYS)
    assert 'time_format: "%d/%m/%Y"  # ? no day above 12, so "%m/%d/%Y" reads every cell too' in text
    assert "time_zone: UTC  # ? times say no zone; write yours, such as Europe/London" in text
    assert "currency: USD  # ? by its sign" in text
    assert mapping["customer_id_format"] == "integer" and mapping["non_products"] == {"codes": ["POST"]}


def test_what_would_be_sent_by_it_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proposed(tmp_path, OLIST)
    shown = capsys.readouterr().out.splitlines()
    assert '"order_id":"e1"' in shown[0] and '"quantity":2,"unit_price":"25.00"' in shown[0]
    assert shown[2:] == [
        "3 lines = 2 in 1 orders + 1 in 1 cancellations; nothing was sent",
        f"{tmp_path}/mapping.yml: written, 4 doubts: look at the lines with a ?; the file is sent by",
        f"make run ORDERS='{tmp_path}/my shop.csv' MAPPING={tmp_path}/mapping.yml",
    ]


def test_a_mapping_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(DAYS)
    (tmp_path / "mapping.yml").write_text("edited: by hand\n")
    with pytest.raises(UsageError, match=r"is there already; name another one \(OUT=\)"):
        main(["--file", str(tmp_path / "orders.csv"), "--out", str(tmp_path / "mapping.yml")])
    assert (tmp_path / "mapping.yml").read_text() == "edited: by hand\n"


ORDERS = "order_id,sku,name,qty,date,price\n1,A,Ant,2,2023-01-25 10:00:00,10.00\n2,B,Bee,1,2023-01-26 10:00:00,5.50\n"


def test_a_row_of_sums_at_the_end_is_no_line_of_the_last_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, text = proposed(tmp_path, f"{ORDERS},,Total,3,,25.50\n")
    assert "fill_down" not in mapping and "the last row has no order id: if it has the sums" in text
    assert "3 lines = 2 in 2 orders + 1 in 1 unmappable" in capsys.readouterr().out


def test_an_order_id_on_first_rows_alone_is_filled_down(tmp_path: Path) -> None:
    mapping, _ = proposed(tmp_path, ORDERS + ",C,Cow,1,,1.00\n3,A,Ant,1,2023-01-27 10:00:00,10.00\n")
    assert mapping["fill_down"] == ["order_id", "occurred_at"]


def test_a_column_that_cannot_be_what_it_is_called_is_in_doubt(tmp_path: Path) -> None:
    text = proposed(tmp_path, "order_id,sku,qty,date,price,discount\n1,A,2,2023-01-25,10.00,10%\n")[1]
    assert (
        "# ? no column of discount: discount is called so, but its cells, such as '10%' in row 1, are no numb" in text
    )


def test_cells_that_are_no_time_or_no_number_are_in_doubt_and_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = proposed(tmp_path, ORDERS + "3,A,Ant,1,0000-00-00,1.00\n4,A,Ant,1,2023-01-27 10:00:00,free\n")
    assert 'time_format: "%Y-%m-%d %H:%M:%S"  # ? some cells are not of it' in text
    assert "price of row 4 is no number: 'free'" in text
    assert "4 lines = 2 in 2 orders + 2 in 2 unmappable" in capsys.readouterr().out


def test_the_name_of_a_product_is_no_order_and_marks_with_accents_are_known(tmp_path: Path) -> None:
    text = "increment_id,created_at,sku,name,qty_ordered,price,status,Währung\n7,2023-01-05,W,Tee,1,22.00,closed,EUR\n"
    mapping, written = proposed(tmp_path, text)
    assert (mapping["columns"]["order_id"], mapping["columns"]["description"]) == ("increment_id", "name")
    assert mapping["columns"]["currency"] == "Währung" and "constants" not in mapping
    assert "closed: sale  # ? done, or all paid back" in written


def test_files_that_were_joined_raise_no_doubts_by_their_headers(tmp_path: Path) -> None:
    text = proposed(tmp_path, ORDERS * 2)[1]
    assert "some cells are not of it" not in text and "is no number" not in text


def test_marks_that_may_be_two_are_left_to_be_said_and_their_rows_are_not_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "order_id,sku,qty,date,price\n1,A,1,2023-01-25,7\n" + '2,A,1,2023-01-25,"1,250"\n'
    mapping, text = proposed(tmp_path, rows)
    assert "decimal" not in mapping and "# ? 1,250 could be read in two ways: say which mark is which" in text
    shown = capsys.readouterr()
    assert "may be 1250 or 1.25; say which by decimal: and thousands:" in shown.out
    assert "mapping.yml: written; lines with a ? are in doubt" in shown.err


def test_a_time_of_day_in_a_column_of_its_own_is_in_doubt_and_units_are_no_part_of_names(tmp_path: Path) -> None:
    rows = "order_id,sku,qty (pcs),date,clock,price (EUR)\n1,A,2,2023-01-25,9:05,7.00\n"
    mapping, text = proposed(tmp_path, rows)
    assert (mapping["columns"]["unit_price"], mapping["columns"]["quantity"]) == ("price (EUR)", "qty (pcs)")
    assert mapping["columns"]["occurred_at"] == ["date", "clock"] and mapping["time_format"] == "%Y-%m-%d %H:%M"
    assert "occurred_at: [date, clock]  # ? the time of day stands apart" in text
    assert "stands apart" not in proposed(tmp_path, ORDERS)[1]


def test_a_mapping_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    with pytest.raises(UsageError, match="there is no folder"):
        main(["--file", str(tmp_path / "orders.csv"), "--out", str(tmp_path / "no" / "mapping.yml")])


def test_a_column_of_many_words_is_no_status(tmp_path: Path) -> None:
    rows = "".join(f"{number},A,1,2023-01-05,1.00,word {number}\n" for number in range(31))
    mapping, text = proposed(tmp_path, f"order_id,sku,qty,date,price,status\n{rows}")
    assert "status" not in mapping["columns"]
    assert "# ? no column of status: status is called so, but it has 31 different words" in text


def test_a_file_that_says_its_delimiter_to_excel(tmp_path: Path) -> None:
    mapping, _ = proposed(tmp_path, "sep=;\n" + ORDERS.replace(",", ";"))
    assert mapping["delimiter"] == ";"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("order_id,date,price\n", "has a header and no rows"),
        (f"Sales of January\n\n{ORDERS}", "its first line has 1 cell and most rows have 6; the first line must be the"),
        (ORDERS.replace("0\n", "0,\n"), "its first line has 6 cells and most rows have 7; the first line must be the"),
        (ORDERS.replace("name", "price"), "no column looks like unit_price ('price' stands twice, rename one)"),
        (
            "order_id,sku,date,price\n1,A,5 janv. 2023,1.00\n",
            "occurred_at (date is called so, but its cells, such as '5 janv. 2023' in row 1, are of no format of time)",
        ),
    ],
)
def test_what_keeps_a_file_from_being_read_is_said_with_the_remedy(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "orders.csv").write_text(text)
    with pytest.raises(UsageError) as caught:
        main(["--file", str(tmp_path / "orders.csv"), "--out", str(tmp_path / "mapping.yml")])
    assert message in str(caught.value)


def test_a_file_without_orders_is_refused_by_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,age\nAnn,30\n")
    with pytest.raises(
        UsageError, match="no column looks like order_id, occurred_at, unit_price, product_id; its columns are"
    ):
        main(["--file", str(tmp_path / "people.csv"), "--out", str(tmp_path / "mapping.yml")])


def test_a_column_of_words_is_no_time_of_a_refund(tmp_path: Path) -> None:
    head, *rows = DAYS.splitlines()
    cells = ("refund date", "tomorrow", "")
    text = "".join(f"{row},{cell}\n" for row, cell in zip((head, *rows), cells, strict=True))
    mapping, written = proposed(tmp_path, text)
    assert "refunded_at" not in mapping["columns"]
    assert "no column of refunded_at: refund date is called so, but its cells, such as 'tomorrow' in row 1" in written


def test_several_currencies_are_a_doubt(tmp_path: Path) -> None:
    mapping, text = proposed(tmp_path, SHOPIFY)
    assert "currency" not in mapping
    assert "#  # ? orders in EUR, USD: the shop's own currency is that of most orders, unless it is said;" in text
    assert "such as my_shop.EUR\n# currency: USD\n" in text


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
