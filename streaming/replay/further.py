"""The columns of a file beyond those that each order line needs: of the order as a whole, and a line's discount."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from streaming.reading.cells import UnreadableError
from streaming.reading.instants import Instants
from streaming.replay import about
from streaming.replay.mapping import INSTANTS, LINE_DISCOUNT, ORDER_COLUMNS, Mapping, attribute

# Files write what reduces an order, and what was paid back, with either sign.
OF_EITHER_SIGN = ("discount", "refunded_amount", LINE_DISCOUNT)


class Further:
    """Reads these columns by a mapping; `places` is empty where it has none."""

    def __init__(
        self,
        mapping: Mapping,
        positions: dict[str, int],
        amount: Callable[[str, str], str],
        text: Callable[[str], str],
    ) -> None:
        """Take the mapping, where columns and constants stand, what reads an amount of a column, and a text."""
        self.empty = frozenset(("", *mapping.empty_values))
        self.columns = tuple(name for name in ORDER_COLUMNS if name in positions)
        self.discount = positions.get(LINE_DISCOUNT)
        self.attributes = tuple(mapping.attributes)
        own = [positions[attribute(name)] for name in self.attributes]
        self.order_places = (*(positions[name] for name in self.columns), *own)
        self.places = self.order_places + (() if self.discount is None else (self.discount,))
        self.amount = amount
        self.text = text
        self.instants = Instants(mapping.time_formats, mapping.time_zone)
        self.about = lru_cache(65536)(self.about_json)
        self.discount_json = lru_cache(65536)(self.line_discount_json)

    def read(self, cells: list[str]) -> tuple[str, str]:
        """Return a line's discount as the beginning of its JSON, and what the row says of its order.

        Raises:
            UnreadableError: a cell is not what its column holds.
        """
        discount = "" if self.discount is None else self.discount_json(cells[self.discount])
        return discount, self.about(*[cells[place] for place in self.order_places])

    def line_discount_json(self, text: str) -> str:
        """Return the discount of a line, empty where there is none."""
        value = self.value(LINE_DISCOUNT, text)
        return "" if value is None else f'"discount_amount":"{value}",'

    def about_json(self, *texts: str) -> str:
        """Return what a row says of its order."""
        width = len(self.columns)
        values = ((name, self.value(name, text)) for name, text in zip(self.columns, texts[:width], strict=True))
        own = zip(self.attributes, map(self.text, texts[width:]), strict=True)
        return about.write(
            {name: value for name, value in values if value is not None},
            {name: value for name, value in own if value},
        )

    def value(self, name: str, text: str) -> str | int | None:
        """Return what a cell says; None where it is empty, or an amount of 0."""
        text = text.strip()
        if text in self.empty or name == "status":
            return text if text not in self.empty else None
        if name == "currency":
            return currency(text)
        if name in INSTANTS:
            return self.instants.milliseconds(text, name)
        number = Decimal(self.amount(text, name))
        if number < 0 and name not in OF_EITHER_SIGN:
            raise UnreadableError(f"{name} {text[:40]!r} is below zero")
        return f"{abs(number):f}" if number else None


def currency(text: str) -> str:
    """Return a currency's code."""
    code = text.upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise UnreadableError(f"currency {text[:40]!r} is not a code of three letters")
    return code
