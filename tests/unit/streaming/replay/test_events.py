"""What a mapping makes of literal rows, and of the sample file."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common.errors import UsageError
from common.settings import ROOT, Settings, read_settings
from streaming.producer import Message
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally, column_at_fault
from streaming.replay.job import shift_ms
from streaming.replay.mapping import load
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage

# Unlike those of the project, so that it shows that they are handed in.
VERSIONS = {"orders": 12, "returns": 13}
SENT_MS = 1_700_000_000_123
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
SAMPLE = ROOT / "tests" / "fixtures" / "online_retail_sample.csv"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"STATE_DIR": str(tmp_path / "state")}, tmp_path / "none")


def replay(settings: Settings, path: Path, shift_to: date | None = None) -> tuple[list[Message], Tally]:
    mapping, tally = load("online_retail"), Tally()
    sending = Sending(settings.path("replays"), "digest", "shop", SENT_MS)
    with new_stage(settings) as stage:
        fill(stage, path, mapping, str)
        messages = list(Events(mapping, "shop", shift_ms(stage, shift_to), tally, VERSIONS, sending).of(stage))
        assert stage.count() == len(messages)
    return messages, tally


def events_of(settings: Settings, tmp_path: Path, rows: Sequence[str], **options: Any) -> list[dict[str, Any]]:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return [json.loads(message.value) for message in replay(settings, path, **options)[0]]


def test_one_invoice_is_one_event_with_all_its_lines_at_its_earliest_time(settings: Settings, tmp_path: Path) -> None:
    rows = (
        "536367,84879,BIRD,6,2010-12-01 08:35:00,1.69,13047.0,United Kingdom",
        '536366,22633,"WARMER, HAND",6,2010-12-01 08:28:00,1.85,17850.0,United Kingdom',
        "536367,22745,BOX,3,2010-12-01 08:34:00,2.1,13047.0,United Kingdom",
    )
    first, second = events_of(settings, tmp_path, rows)
    assert first["lines"][0]["description"] == "WARMER, HAND"
    event_id = second.pop("event_id")
    assert len(event_id) == 32
    assert second == {
        "schema_version": VERSIONS["orders"],
        "source": "shop",
        "occurred_at": "2010-12-01T08:34:00.000Z",
        "customer_id": "13047",
        "sent_at": "2023-11-14T22:13:20.123Z",
        "order_id": "536367",
        "kind": "sale",
        "currency": "GBP",
        "discount_applied": None,
        "lines": [
            {"product_id": "84879", "description": "BIRD", "quantity": 6, "unit_price": "1.69", "is_product": True},
            {"product_id": "22745", "description": "BOX", "quantity": 3, "unit_price": "2.1", "is_product": True},
        ],
    }


def test_a_return_is_positive_and_a_guest_is_keyed_by_the_order(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    rows = ("C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,UK", "536544,21773,GLASS,1,2010-12-01 14:32:00,2,,")
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    (back, guest), tally = replay(settings, path)
    assert (back.topic, back.key, guest.topic, guest.key) == ("returns", "shop/14527", "orders", "shop/536544")
    event = json.loads(back.value)
    assert (event["return_id"], event["order_id"]) == ("C536379", None)
    assert [(line["quantity"], line["unit_price"], line["is_product"]) for line in event["lines"]] == [
        (1, "27.5", False)
    ]
    assert json.loads(guest.value)["customer_id"] is None
    assert str(tally) == "2 lines = 1 in 1 orders + 1 in 1 returns"


def test_summer_and_winter_time_become_utc(settings: Settings, tmp_path: Path) -> None:
    instants = ("2011-10-29 23:30:00", "2011-10-30 23:30:00", "2011-03-27 01:30:00", "2011-10-30 01:30:00")
    rows = [f"{number},1,X,1,{instant},1,1,UK" for number, instant in enumerate(instants, start=1)]
    by_order = {event["order_id"]: event["occurred_at"] for event in events_of(settings, tmp_path, rows)}
    assert by_order == {
        "1": "2011-10-29T22:30:00.000Z",
        "2": "2011-10-30T23:30:00.000Z",
        "3": "2011-03-27T01:30:00.000Z",
        "4": "2011-10-30T00:30:00.000Z",
    }


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,1,X,6", "row 1: 4 cells instead of 8"),
        ("1,1,X,six,2011-02-01 10:00:00,1,1,UK", "row 1: quantity 'six' is not a whole number"),
        ("1,1,X,1.5,2011-02-01 10:00:00,1,1,UK", "row 1: quantity '1.5' is not a whole number"),
        ("1,1,X,2147483648,2011-02-01 10:00:00,1,1,UK", "row 1: quantity '2147483648' is more than 2,147,483,647"),
        ("1,1,X,1,01/02/2011 10:00,1,1,UK", "row 1: occurred_at '01/02/2011 10:00' is not %Y-%m-%d %H:%M:%S"),
        ("1,1,X,1,2011-02-30 10:00:00,1,1,UK", "row 1: occurred_at '2011-02-30 10:00:00' is not %Y-%m-%d %H:%M:%S"),
        ("1,1,X,1,2011-02-01 10:00:00,free,1,UK", "row 1: unit_price 'free' is not a number with at most 4 decimals"),
        ("1,1,X,1,2011-02-01 10:00:00,NaN,1,UK", "row 1: unit_price 'NaN' is not a number with at most 4 decimals"),
        ("1,1,X,1,2011-02-01 10:00:00,1,abc,UK", "row 1: customer_id 'abc' is not a whole number"),
        (
            "1,8.9E+12,X,1,2011-02-01 10:00:00,1,1,UK",
            "row 1: product_id '8.9E+12' is in scientific notation, which has lost digits",
        ),
        (",1,X,1,2011-02-01 10:00:00,1,1,UK", "row 1: order_id is empty"),
        ("1,,X,1,2011-02-01 10:00:00,1,1,UK", "row 1: product_id is empty"),
    ],
)
def test_a_row_that_is_no_line_is_sent_as_it_stands(settings: Settings, tmp_path: Path, row: str, reason: str) -> None:
    raw, whole = sorted(
        events_of(settings, tmp_path, (row, "2,1,X,1,2011-02-01 10:00:00,1,1,UK")), key=lambda e: len(e)
    )
    assert (raw["raw_row"], raw["raw_reason"], raw["occurred_at"]) == (row, reason, None)
    assert raw["raw_field"] == (None if "cells" in reason else reason.split()[2])
    assert whole["order_id"] == "2"


def test_the_column_at_fault_is_the_one_that_the_reason_begins_with() -> None:
    assert column_at_fault("its order A: 1 is held for row 3: quantity '1.5' is not a whole number") == "quantity"
    assert column_at_fault("order 7: the order_id is not its own") is None


def test_an_order_of_two_customers_is_held_whole(settings: Settings, tmp_path: Path) -> None:
    rows = [f"1,{number},X,1,2011-02-01 10:00:00,1,{who},UK" for number, who in enumerate(("", "7", "8", "7"))]
    raw = events_of(settings, tmp_path, rows)
    assert [event["raw_row"] for event in raw] == rows
    assert raw[2]["raw_reason"] == "row 3: the order has another customer"
    assert raw[3]["raw_reason"] == "row 4: its order 1 is held for row 3: the order has another customer"


def test_a_guest_s_rows_are_those_of_the_customer_that_others_name(settings: Settings, tmp_path: Path) -> None:
    rows = [f"1,{number},X,1,2011-02-01 10:00:00,1,{who},UK" for number, who in enumerate(("", "7", ""))]
    [order] = events_of(settings, tmp_path, rows)
    assert (order["customer_id"], [line["product_id"] for line in order["lines"]]) == ("7", ["0", "1", "2"])


def test_equal_lines_stay_and_equal_broken_rows_differ(settings: Settings, tmp_path: Path) -> None:
    rows = ("1,1,X,1,2011-02-01 10:00:00,0,1,UK",) * 2 + ("broken",) * 2
    order, first, second = events_of(settings, tmp_path, rows)
    assert len(order["lines"]) == 2 and order["lines"][0] == order["lines"][1]
    assert first["event_id"] != second["event_id"] and first["raw_row"] == second["raw_row"]


def test_a_shift_moves_by_whole_days_and_makes_other_events(settings: Settings, tmp_path: Path) -> None:
    rows = ("1,1,X,1,2011-02-01 10:00:00,1,1,UK", "2,1,X,1,2011-02-03 23:30:00,1,1,UK")
    plain = events_of(settings, tmp_path, rows)
    moved = events_of(settings, tmp_path, rows, shift_to=date(2025, 1, 1))
    assert [event["occurred_at"] for event in moved] == ["2024-12-29T10:00:00.000Z", "2024-12-31T23:30:00.000Z"]
    assert {event["event_id"] for event in plain}.isdisjoint(event["event_id"] for event in moved)
    with pytest.raises(UsageError, match="lies in the future"):
        events_of(settings, tmp_path, rows, shift_to=date(9000, 1, 1))


def test_the_sample_is_accounted_for_to_the_line_and_is_the_same_again(settings: Settings) -> None:
    messages, tally = replay(settings, SAMPLE)
    assert tally.lines.total() == sum(1 for _ in SAMPLE.open()) - 1 == 494
    assert dict(tally.events) == {
        "orders": 314,
        "returns": 37,
        "write-offs": 1,
        "adjustments": 2,
        "unmappable": 8,
    }
    assert Counter(message.topic for message in messages) == {"orders": 325, "returns": 37}
    times = [json.loads(message.value)["occurred_at"] for message in messages]
    assert times[:-8] == sorted(times[:-8]) and times[-8:] == [None] * 8
    assert replay(settings, SAMPLE)[0] == messages
