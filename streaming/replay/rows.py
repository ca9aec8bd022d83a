"""One row of the file as one order line, or the reason why it is none."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from streaming.replay.fill_down import FillDown
from streaming.replay.mapping import COLUMNS, Mapping

WHOLE = re.compile(r"([+-]?[0-9]{1,10})(?:\.0*)?")
CUSTOMER = re.compile(r"0*([0-9]{1,18})(?:\.0*)?")
PRICE = re.compile(r"[+-]?(?:[0-9]{1,14}(?:\.[0-9]{0,4}0*)?|\.[0-9]{1,4}0*)")
INT_MAX = 2**31 - 1
# What an order's lines have: pieces above, below and of zero, a price below zero. One of the first alone is plain.
POSITIVE, NEGATIVE, ZERO, NEGATIVE_PRICE = 1, 2, 4, 8
NAMES = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second"}
PARTS = tuple(NAMES.values())


class UnmappableError(Exception):
    """The row cannot become part of an event; the text says why."""


class Line(NamedTuple):
    """One order line, as JSON as its event has it; `occurred_ms` is milliseconds since 1970 in UTC."""

    order_id: str
    customer_id: str | None
    occurred_ms: int
    signs: int
    json: str


class Rows:
    """Reads rows by a mapping."""

    def __init__(self, mapping: Mapping, positions: dict[str, int], width: int) -> None:
        """Take the mapping, where its columns stand, and how many cells a row has."""
        self.mapping = mapping
        self.width = width
        # A column that the file lacks reads as one behind the last.
        self.places = tuple(positions.get(name, width) for name in COLUMNS)
        self.lacks_columns = width in self.places
        self.back = mapping.return_prefix
        self.padded = padded_pattern(mapping.time_format)
        filled = [self.places[COLUMNS.index(name)] for name in mapping.fill_down if name in positions]
        self.fill_down = FillDown(positions["order_id"], filled, width) if filled else None
        # The same texts come again and again: an order's lines share their time, and prices and pieces are few.
        self.product = lru_cache(65536)(self.product_json)
        self.customer_of = lru_cache(65536)(self.customer)
        self.instant = lru_cache(65536)(self.parsed_instant)
        self.hour = lru_cache(4096)(self.begin_of_hour)
        self.quantity = lru_cache(4096)(quantity)
        self.price = lru_cache(65536)(price)

    def line(self, cells: list[str]) -> Line:
        """Return the order line of a row's cells.

        Raises:
            UnmappableError: the row is malformed.
        """
        if len(cells) != self.width:
            raise UnmappableError(f"{len(cells)} cells instead of {self.width}")
        if self.lacks_columns:
            cells = [*cells, ""]
        order, product, description, pieces, moment, amount, customer = self.places
        order_id = cells[order].strip()
        if not order_id:
            raise UnmappableError("order_id is empty")
        begin, end = self.product(cells[product], cells[description])
        customer_id, occurred_ms = self.customer_of(cells[customer]), self.instant(cells[moment])
        number, unit_price = self.quantity(cells[pieces]), self.price(cells[amount])
        # A return's quantities are negative in the file and positive in the event.
        signed = -number if self.back and order_id.startswith(self.back) else number
        json = f'{begin}{signed},"unit_price":"{unit_price}",{end}'
        signs = POSITIVE if number > 0 else NEGATIVE if number else ZERO
        if unit_price[0] == "-":
            signs |= NEGATIVE_PRICE
        return Line(order_id, customer_id, occurred_ms, signs, json)

    def order_id(self, cells: list[str]) -> str | None:
        """Return the order id of a row that cannot be read otherwise, None where it has none."""
        place = self.places[0]
        return cells[place].strip() or None if place < len(cells) else None

    def product_json(self, product_id: str, description: str) -> tuple[str, str]:
        """Return what stands of a product before and after a line's quantity and price."""
        product_id, description = product_id.strip(), description.strip()
        if not product_id:
            raise UnmappableError("product_id is empty")
        text = quoted(description) if description else "null"
        flag = "true" if self.mapping.is_product(product_id) else "false"
        begin = f'{{"product_id":{quoted(product_id)},"description":{text},"quantity":'
        return begin, f'"is_product":{flag}}}'

    def customer(self, text: str) -> str | None:
        """Return the customer's id, None for a guest."""
        text = text.strip()
        if not text or not self.mapping.integer_customers:
            return text or None
        match = CUSTOMER.fullmatch(text)
        if not match:
            raise UnmappableError(f"customer_id {text[:40]!r} is not a whole number")
        return match[1]

    def parsed_instant(self, text: str) -> int:
        """Return a local time as milliseconds in UTC.

        An hour that the clock shows twice is taken the first time; one that it skips counts on from before the gap.
        """
        text = text.strip()
        match = self.padded and self.padded.fullmatch(text)
        try:
            if match:
                year, month, day, hour, minute, second = match.group(*PARTS)
                begins = self.hour(year, month, day, hour)
                if begins is not None and minute < "60" and second < "60":
                    return begins + 60_000 * int(minute or 0) + 1000 * int(second or 0)
            local = datetime.strptime(text, self.mapping.time_format)
            moment = local.replace(tzinfo=self.mapping.time_zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise UnmappableError(f"occurred_at {text[:40]!r} is not {self.mapping.time_format}") from None
        return int(moment.timestamp() * 1000)

    def begin_of_hour(self, year: str, month: str, day: str, hour: str) -> int | None:
        """Return when a local hour begins, in milliseconds; None where the clock is changed within it, or long ago."""
        if year < "1900":
            return None
        first = datetime(int(year), int(month), int(day), int(hour or 0), tzinfo=self.mapping.time_zone)
        begins, ends = first.timestamp(), first.replace(minute=59, second=59).timestamp()
        return int(begins) * 1000 if ends - begins == 3599 else None


def padded_pattern(time_format: str) -> re.Pattern[str] | None:
    """Return the pattern of a time whose numbers have all their digits, to save most of the time that `strptime` takes.

    None where the format has more than year, month, day, hour, minute and second, lacks a day, or has one twice.
    """
    parts = re.split("(%.)", time_format)
    directives = parts[1::2]
    known = {"%Y", "%m", "%d"} <= set(directives) <= set(NAMES)
    if not known or len(set(directives)) < len(directives):
        return None
    digits = {one: f"(?P<{name}>[0-9]{{{4 if one == '%Y' else 2}}})" for one, name in NAMES.items()}
    absent = "".join(f"(?P<{name}>)" for one, name in NAMES.items() if one not in directives)
    return re.compile("".join(digits.get(one) or re.escape(one) for one in parts) + absent)


def quantity(text: str) -> int:
    """Return a number of pieces."""
    text = text.strip()
    match = WHOLE.fullmatch(text)
    if not match or abs(int(match[1])) > INT_MAX:
        raise UnmappableError(f"quantity {text[:40]!r} is not a whole number")
    return int(match[1])


def price(text: str) -> str:
    """Return a price as decimal digits, as the file has them."""
    text = text.strip()
    if not PRICE.fullmatch(text):
        raise UnmappableError(f"unit_price {text[:40]!r} is not a number with at most 4 decimals")
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    return f"{sign}{whole or '0'}.{fraction}" if fraction else f"{sign}{whole}"
