"""From a file as a shop gives it to the mapping that is proposed, and to what is in doubt."""

from pathlib import Path

import pytest

from common.errors import UsageError
from streaming.map.__main__ import main
from tests.unit.streaming.map.proposal import EVENTS, proposed

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
GERMAN = """\
Bestellnummer;SKU;Bezeichnung;Menge;Bestelldatum;Preis;Kundennummer
1;A;Schraube;1.000;05.01.2023 10:00;1.250,00 €;7
C2;B;Tisch;-1;06.01.2023 10:00;12,50 €;8
"""
DAYS = "order,sku,qty,date,price,customer\n1,A,1,01/02/2023,$10.00,17850.0\n2,POST,1,03/04/2023,$5.00,17851.0\n"


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
    assert "keeps a column with its order, see docs/mapping.md): Notes" in text


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
