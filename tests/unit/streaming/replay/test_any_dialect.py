"""Any order history, written in any dialect that a mapping can express, reads back to the same events."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from common.settings import read_settings
from streaming.reading.dialect import EMPTY_VALUES
from streaming.replay.__main__ import fill
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import load
from streaming.replay.sendings import Sending
from streaming.replay.stage import new_stage
from tests.unit.streaming.replay.shop import COLUMNS, HEADER, VERSIONS


class Line(NamedTuple):
    product_id: str
    description: str
    quantity: int
    unit_price: Decimal


class Order(NamedTuple):
    order_id: str
    customer_id: str
    occurred_at: datetime
    lines: tuple[Line, ...]


class Dialect(NamedTuple):
    """How a test writes a file, and what the mapping says of it."""

    delimiter: str
    encoding: str
    marks: tuple[str | None, str | None]
    sign: str
    time_format: str
    zone: str
    line_end: str
    all_quoted: bool


# What cp1252 has too; a cell has no space around it, since that is not the cell's.
letters = st.characters(codec="cp1252", exclude_characters="\0\r")
texts = st.text(letters, max_size=12).map(str.strip).filter(lambda text: text not in EMPTY_VALUES[1:])
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.#/-]{0,7}", fullmatch=True).filter(lambda text: text not in EMPTY_VALUES)
lines = st.builds(Line, ids, texts, st.integers(1, 5_000), st.decimals(0, 99_999, places=2))
seconds = st.datetimes(datetime(1975, 1, 1), datetime(2024, 12, 31)).map(lambda one: one.replace(microsecond=0))
moments = seconds.map(lambda one: one.replace(tzinfo=UTC))
orders = st.builds(Order, ids, ids, moments, st.lists(lines, min_size=1, max_size=3).map(tuple))
histories = st.lists(orders, min_size=1, max_size=4, unique_by=lambda order: order.order_id)
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d %b %y %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d/%m/%Y %H:%M:%S %Z",
    "iso",
    "epoch",
    "epoch_ms",
)
dialects = st.builds(
    Dialect,
    st.sampled_from([",", ";", "\t", "|", "~"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"]),
    st.sampled_from([(None, None), (".", None), (",", None), (".", ","), (",", "."), (",", " "), (".", "'")]),
    st.sampled_from(["{}", "${}", "{} EUR"]),
    st.sampled_from(FORMATS),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)


def time_text(moment: datetime, dialect: Dialect) -> str:
    """A moment as the dialect writes it; where the clock shows it twice it is no such moment."""
    local = moment.astimezone(ZoneInfo("UTC" if dialect.time_format.endswith("%Z") else dialect.zone))
    assume(local.fold == 0)
    words = {
        "iso": local.isoformat(),
        "epoch": f"{moment.timestamp():.0f}",
        "epoch_ms": f"{1000 * moment.timestamp():.0f}",
    }
    return words.get(dialect.time_format) or local.strftime(dialect.time_format)


def number_text(number: Decimal | int, dialect: Dialect, sign: str = "{}") -> str:
    """A number as the dialect writes it."""
    decimal, thousands = dialect.marks
    text = f"{number:,}" if thousands else f"{number}"
    return sign.format(text.replace(".", "!").replace(",", thousands or "").replace("!", decimal or "."))


def content(history: Sequence[Order], dialect: Dialect) -> bytes:
    """The file of a history."""
    text = io.StringIO(newline="")
    # Python's writer quotes the breaks of lines that end as the file's do, and no others.
    is_quoted = dialect.all_quoted or dialect.line_end == "\r"
    how: dict[str, Any] = {"quoting": csv.QUOTE_ALL if is_quoted else csv.QUOTE_MINIMAL}
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.line_end, **how)
    writer.writerow(HEADER.split(","))
    for order in history:
        at = time_text(order.occurred_at, dialect)
        for line in order.lines:
            pieces, price = number_text(line.quantity, dialect), number_text(line.unit_price, dialect, dialect.sign)
            writer.writerow((order.order_id, line.product_id, line.description, pieces, at, price, order.customer_id))
    return text.getvalue().encode(dialect.encoding)


def mapping(dialect: Dialect) -> dict[str, Any]:
    """The mapping of such a file; the byte order mark says what the encoding's name does not."""
    decimal, thousands = dialect.marks
    keys = {"decimal": decimal, "thousands": thousands, "delimiter": dialect.delimiter, "encoding": dialect.encoding}
    about = {"currency": "EUR", "currency_sign": ["$", "EUR"], "time_zone": dialect.zone}
    return {"columns": COLUMNS, **keys, **about, "time_format": dialect.time_format}


def read_back(folder: Path, file: bytes, keys: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a file by a mapping."""
    orders_file, mapping_file = folder / "orders.csv", folder / "shop.yml"
    orders_file.write_bytes(file)
    mapping_file.write_text(json.dumps({key: value for key, value in keys.items() if value is not None}))
    shop = load(str(mapping_file))
    with new_stage(read_settings({"STATE_DIR": str(folder / "state")}, folder / "none")) as stage:
        fill(stage, orders_file, shop, str)
        messages = Events(shop, "shop", 0, Tally(), VERSIONS, Sending(folder, "digest", "shop", 0)).of(stage)
        return [json.loads(message.value) for message in messages]


def expected(order: Order) -> dict[str, Any]:
    """What the event of an order says."""
    return {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "occurred_at": f"{order.occurred_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "lines": [(line.product_id, line.description or None, line.quantity, line.unit_price) for line in order.lines],
    }


def said(event: dict[str, Any]) -> dict[str, Any]:
    """The same of an event that was read."""
    lines_of_event = [
        (line["product_id"], line["description"], line["quantity"], Decimal(line["unit_price"]))
        for line in event["lines"]
    ]
    return {**{key: event[key] for key in ("order_id", "customer_id", "occurred_at")}, "lines": lines_of_event}


@settings(max_examples=100, deadline=None)
@given(histories, dialects)
def test_any_history_in_any_dialect_reads_back_to_the_same_events(history: list[Order], dialect: Dialect) -> None:
    with TemporaryDirectory() as folder:
        events = read_back(Path(folder), content(history, dialect), mapping(dialect))
    assert not [event["raw_reason"] for event in events if "raw_reason" in event]
    by_time = sorted(history, key=lambda order: (order.occurred_at, order.order_id))
    assert [said(event) for event in events] == [expected(order) for order in by_time]
