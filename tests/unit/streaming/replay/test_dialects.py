"""Files of other shops: right where the mapping says how they are written, held or refused by name as they stand."""

from pathlib import Path

from tests.unit.streaming.replay.shop import Replayed

GERMAN = (
    "1;A;Schraube;1.000;05.01.2023 10:00;1.250;7",
    "2;B;Tisch;1;05.01.2023 10:00;1.250,00;8",
    "3;B;Tasse;1;05.01.2023 10:00;12,50;8",
)
GERMAN_HEADER = "order;sku;name;qty;at;price;customer"
SEMICOLONS = {"delimiter": ";", "time_format": "%d.%m.%Y %H:%M"}


def test_numbers_of_another_country_are_read_where_the_mapping_says_how(tmp_path: Path) -> None:
    replayed = Replayed(tmp_path, GERMAN, GERMAN_HEADER, **SEMICOLONS, decimal=",", thousands=".")
    assert replayed.lines("1") == [("A", 1000, "1250")]
    assert replayed.lines("2") == [("B", 1, "1250.00")]
    assert replayed.lines("3") == [("B", 1, "12.50")]


def test_as_they_stand_they_are_held_with_what_they_may_be(tmp_path: Path) -> None:
    say = "say which by decimal: and thousands: in the mapping"
    good = "4;B;Tasse;2;05.01.2023 10:00;12.50;8"
    replayed = Replayed(tmp_path, (*GERMAN, good), GERMAN_HEADER, **SEMICOLONS)
    assert replayed.lines("4") == [("B", 2, "12.50")] and replayed.held == {
        GERMAN[0]: f"row 1: quantity '1.000' may be 1 or 1000; {say}",
        GERMAN[1]: f"row 2: unit_price '1.250,00' may be 1250; {say}",
        GERMAN[2]: f"row 3: unit_price '12,50' may be 12.5; {say}",
    }


def test_a_time_with_an_offset_is_its_instant_whatever_the_zone_of_the_shop(tmp_path: Path) -> None:
    rows = ("#1,A,Cup,1,2023-01-05 23:30:00 -0500,10.00,7", "#2,A,Cup,1,2023-07-05 01:30:00 +0200,10.00,8")
    zone = {"time_format": "%Y-%m-%d %H:%M:%S %z", "time_zone": "Asia/Tokyo"}
    assert {event["order_id"]: event["occurred_at"] for event in Replayed(tmp_path, rows, **zone).orders} == {
        "#1": "2023-01-06T04:30:00.000Z",
        "#2": "2023-07-04T23:30:00.000Z",
    }


def test_milliseconds_and_days_of_a_table_program_are_one_instant(tmp_path: Path) -> None:
    rows = ("1,A,Cup,1,1672912800000,10.00,7", "2,A,Cup,1,44931.4166666667,10.00,7")
    orders = Replayed(tmp_path, rows, time_format=["epoch_ms", "excel"]).orders
    assert [order["occurred_at"] for order in orders] == ["2023-01-05T10:00:00.000Z"] * 2


def test_codes_that_yaml_takes_for_something_else_are_codes(tmp_path: Path) -> None:
    rows = (
        "NO-1,A,Cup,-1,2023-01-05 10:00:00,10.00,7",
        "901,NO,Note,1,2023-01-05 10:00:00,10.00,7",
        "902,007,Ship,1,2023-01-05 10:00:00,10.00,7",
    )
    replayed = Replayed(tmp_path, rows, return_prefix="NO", non_products={"codes": ["NO", "007"]})
    assert sorted(replayed.topics) == ["orders", "orders", "returns"]
    flags = {event.get("order_id"): event["lines"][0]["is_product"] for event in replayed.orders}
    assert flags == {None: True, "901": False, "902": False}


def test_a_stray_quote_holds_its_record_and_no_other_one(tmp_path: Path) -> None:
    rows = (
        '1,A,"Cup",1,2023-01-05 10:00:00,10.00,7',
        '2,B,"6 inch bolt,5,2023-01-06 10:00:00,3.00,8',
        '3,C,"Lamp",2,2023-01-07 10:00:00,90.00,9',
        '4,A,"Cup",1,2023-01-08 10:00:00,10.00,7',
        "2,D,Desk,1,2023-01-06 10:00:00,90.00,8",
    )
    replayed = Replayed(tmp_path, rows)
    assert [order["order_id"] for order in replayed.orders] == ["1", "3", "4"]
    assert replayed.lines("3") == [("C", 2, "90.00")]
    assert list(replayed.held) == [rows[1], rows[4]], "the other row of the order is held with it"
    assert replayed.held[rows[1]] == "row 2: line 3 of the file: a quote is opened and not closed"


def test_a_cell_over_lines_is_no_stray_quote_though_its_last_line_has_as_many_cells_as_a_record(tmp_path: Path) -> None:
    rows = ('1,A,"Cup', 'big, blue, round",1,2023-01-05 10:00:00,10.00,7')
    whole = "\n".join(rows)
    replayed = Replayed(tmp_path, (whole, "2,A,Cup,1,2023-01-05 10:00:00,10.00,7"))
    assert replayed.lines("1") == [("A", 1, "10.00")] and replayed.held == {}


def test_an_address_is_one_customer_in_any_case_and_an_empty_value_is_a_guest(tmp_path: Path) -> None:
    customers = ("Ann@Shop.test", "ann@shop.test", "NULL", "NULL", "-", "0101", "4.5E+12")
    rows = [f"{number},A,Cup,1,2023-01-05 10:00:00,10.00,{who}" for number, who in enumerate(customers, start=1)]
    replayed = Replayed(tmp_path, rows)
    ann = "hash of ann@shop.test"
    assert [order["customer_id"] for order in replayed.orders] == [ann, ann, None, None, None, "0101"]
    assert replayed.held == {rows[6]: "row 7: customer_id '4.5E+12' is in scientific notation, which has lost digits"}


def test_an_order_id_that_lost_digits_is_held_and_an_empty_one_is_none(tmp_path: Path) -> None:
    rows = [f"{order},A,Cup,1,2023-01-05 10:00:00,10.00,7" for order in ("4.5E+12", "NULL", "8")]
    assert Replayed(tmp_path, rows).held == {
        rows[0]: "row 1: order_id '4.5E+12' is in scientific notation, which has lost digits",
        rows[1]: "row 2: order_id is empty",
    }
