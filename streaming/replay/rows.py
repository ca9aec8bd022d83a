"""One row of the file as one order line, or the reason why it is none."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from streaming.replay.mapping import Mapping

WHOLE = re.compile(r"([+-]?[0-9]{1,10})(?:\.0*)?")
CUSTOMER = re.compile(r"0*([0-9]{1,18})(?:\.0*)?")
PRICE = re.compile(r"[+-]?(?:[0-9]{1,14}(?:\.[0-9]{0,4}0*)?|\.[0-9]{1,4}0*)")
INT_MAX = 2**31 - 1


class UnmappableError(Exception):
    """The row cannot become part of an event; the text says why."""


class Line(NamedTuple):
    """One order line; `occurred_ms` is milliseconds since 1970 in UTC, the price is the file's own digits."""

    order_id: str
    customer_id: str | None
    occurred_ms: int
    product_id: str
    description: str | None
    quantity: int
    unit_price: str


class Rows:
    """Reads rows by a mapping."""

    def __init__(self, mapping: Mapping, positions: dict[str, int], width: int) -> None:
        """Take the mapping, where its columns stand, and how many cells a row has."""
        self.mapping = mapping
        self.positions = positions
        self.width = width
        # An order's lines share their time, so that most of the costly parsing is saved.
        self.instant = lru_cache(65536)(self.parsed_instant)

    def line(self, cells: list[str]) -> Line:
        """Return the order line of a row's cells.

        Raises:
            UnmappableError: the row is malformed.
        """
        if len(cells) != self.width:
            raise UnmappableError(f"{len(cells)} cells instead of {self.width}")
        cell = {name: cells[position].strip() for name, position in self.positions.items()}
        for name in ("order_id", "product_id"):
            if not cell[name]:
                raise UnmappableError(f"{name} is empty")
        return Line(
            cell["order_id"],
            self.customer(cell.get("customer_id", "")),
            self.instant(cell["occurred_at"]),
            cell["product_id"],
            cell.get("description") or None,
            quantity(cell["quantity"]),
            price(cell["unit_price"]),
        )

    def customer(self, text: str) -> str | None:
        """Return the customer's id, None for a guest."""
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
        try:
            local = datetime.strptime(text, self.mapping.time_format)
            moment = local.replace(tzinfo=self.mapping.time_zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise UnmappableError(f"occurred_at {text[:40]!r} is not {self.mapping.time_format}") from None
        return int(moment.timestamp() * 1000)


def quantity(text: str) -> int:
    """Return a number of pieces."""
    match = WHOLE.fullmatch(text)
    if not match or abs(int(match[1])) > INT_MAX:
        raise UnmappableError(f"quantity {text[:40]!r} is not a whole number")
    return int(match[1])


def price(text: str) -> str:
    """Return a price as decimal digits, as the file has them."""
    if not PRICE.fullmatch(text):
        raise UnmappableError(f"unit_price {text[:40]!r} is not a number with at most 4 decimals")
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    return f"{sign}{whole or '0'}.{fraction}" if fraction else f"{sign}{whole}"
