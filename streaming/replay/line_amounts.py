"""What a file says of a whole line in place of one piece: its amount, and what was paid to have it sent."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from streaming.reading.cells import UnreadableError
from streaming.reading.numbers import Numbers
from streaming.replay.mapping import LINE_AMOUNT, LINE_SHIPPING
from streaming.replay.order_lines import FINEST, OrderLine

SHIPPING = "SHIPPING"
Shares = list[tuple[int, str]]


class LineAmounts:
    """Reads the amounts of lines; `places` is where they stand."""

    def __init__(self, positions: dict[str, int], numbers: Numbers) -> None:
        """Take where columns and constants stand, and what reads numbers."""
        self.amount, self.freight = positions.get(LINE_AMOUNT), positions.get(LINE_SHIPPING)
        self.places = tuple(place for place in (self.amount, self.freight) if place is not None)
        self.numbers = numbers
        self.shares_of = lru_cache(65536)(self.parted)
        self.line_of = lru_cache(4096)(self.shipping_line)

    def shares(self, cells: list[str], pieces: int) -> Shares:
        """Return pieces and price of each line that makes up a row's amount; none where the file has a price."""
        return [] if self.amount is None else self.shares_of(cells[self.amount], pieces)

    def parted(self, text: str, pieces: int) -> Shares:
        """Return an amount parted among pieces, exactly: those that cost a ten-thousandth more are a line of their own.

        Raises:
            UnreadableError: it is no amount, or one of no pieces.
        """
        amount = Decimal(self.numbers.decimal(text, LINE_AMOUNT))
        if not pieces:
            if amount:
                raise UnreadableError(f"{LINE_AMOUNT} {text.strip()[:40]!r} is of 0 pieces")
            return [(0, "0")]
        least, more = divmod(abs(int(amount / FINEST)), abs(pieces))
        sign, side = (-1 if (amount < 0) is (pieces > 0) and amount else 1), (1 if pieces > 0 else -1)
        shares = ((abs(pieces) - more, least), (more, least + 1))
        return [(side * some, price(sign * each)) for some, each in shares if some]

    def shipping(self, cells: list[str]) -> Iterator[str]:
        """Yield the line of what was paid for sending the row's pieces, where it was anything."""
        if self.freight is not None and (line := self.line_of(cells[self.freight])):
            yield line

    def shipping_line(self, text: str) -> str:
        """Return the line as JSON, empty where there is none.

        Raises:
            UnreadableError: it is no amount, or one below zero.
        """
        empty = not text.strip() or text.strip() in self.numbers.dialect.empty_values
        amount = Decimal(0) if empty else Decimal(self.numbers.decimal(text, LINE_SHIPPING))
        if amount < 0:
            raise UnreadableError(f"{LINE_SHIPPING} {text.strip()[:40]!r} is below zero")
        if not amount:
            return ""
        return OrderLine(SHIPPING, None, 1, amount, is_product=False).json


def price(units: int) -> str:
    """Return so many ten-thousandths as an amount, in cents where they are whole ones."""
    amount = units * FINEST
    return f"{amount:.2f}" if units % 100 == 0 else f"{amount:f}".rstrip("0")
