"""Files of returns: a row is a line of one, and those of one return are one event."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from streaming.reading.cells import UnreadableError, is_readable
from streaming.replay.fates import REFUND
from streaming.replay.further import currency
from streaming.replay.order_lines import OrderLine, write_lines
from streaming.replay.other_files import Other, OtherRows, Row, Staged

SCHEMA = """
create table return_lines (
    return_id text, number integer, order_id text, customer text, ms integer, currency text, line text, row text
);
create table held_returns (return_id text primary key, number integer, reason text) without rowid;
create index if not exists orders_by_id on orders (order_id);
"""
ADD = "insert into return_lines values (?, ?, ?, ?, ?, ?, ?, ?)"
HOLD = "insert or ignore into held_returns values (?, ?, ?)"
HELD = "select number, reason from held_returns where return_id = ?"
IN_ORDER = "select * from return_lines order by return_id, number"
CUSTOMER = "select customer_id from orders where order_id = ?"
# What all lines of a return must have in common.
SHARED = ("order_id", "customer", "currency")


NOTHING_PAID = "unpaid"


class Part(NamedTuple):
    """One line of a return as it is staged."""

    return_id: str
    number: int
    order_id: str | None
    customer: str | None
    ms: int
    currency: str | None
    line: str
    row: str


class ReturnRows(OtherRows):
    """Stages lines of returns; without an id of its own an order has one return, named after it."""

    needs_customer = False

    def __init__(self, *arguments: Any) -> None:
        """Take what any file has."""
        super().__init__(*arguments)
        self.database.executescript(f"commit; {SCHEMA} begin;" if self.database.in_transaction else SCHEMA)

    def is_row(self, cells: Sequence[str]) -> bool:
        """Return whether cells look like those of a row, by the time and the price."""
        readers = (("occurred_at", self.moment), ("unit_price", self.amount))
        places = [(self.positions.get(name, self.width), read) for name, read in readers]
        return all(is_readable(read, cells[place]) for place, read in places if place < self.width)

    def amount(self, text: str) -> Decimal:
        """Return an amount, with either sign in the file."""
        return abs(Decimal(self.numbers.decimal(text, "unit_price")))

    def made(self, row: Row) -> Staged | None:
        """Stage a row as a line of its return.

        Raises:
            UnreadableError: a cell is not what its column holds.
        """
        order_id = self.ids.read(self.cell(row.cells, "order_id"), "order_id")
        return_id = self.return_id(row.cells)
        if return_id is None:
            raise UnreadableError("return_id and order_id are empty")
        if row.ms is None:
            raise UnreadableError("occurred_at is empty")
        line = self.line(row.cells)
        if line.product_id == REFUND and not line.amount:
            # A list of all orders has 0 where nothing was paid back.
            self.left_out[NOTHING_PAID] += 1
            return Staged()
        if not line.quantity:
            raise UnreadableError("quantity is 0")
        money = self.ids.known(self.cell(row.cells, "currency"))
        code = currency(money) if money else None
        part = Part(return_id, row.number, order_id, row.customer, row.ms, code, write_lines([line]), row.text)
        self.database.execute(ADD, part)
        return Staged()

    def return_id(self, cells: list[str]) -> str | None:
        """Return of which return a row is."""
        own = self.ids.read(self.cell(cells, "return_id"), "return_id")
        return own or self.ids.read(self.cell(cells, "order_id"), "order_id")

    def line(self, cells: list[str]) -> OrderLine:
        """Return the line of a row; without a product it is an amount that was paid back, and no product."""
        pieces = self.cell(cells, "quantity").strip()
        quantity = abs(self.numbers.whole(pieces, "quantity")) if pieces or "quantity" in self.mapping.given else 1
        price = self.amount(self.cell(cells, "unit_price"))
        product = self.ids.known(self.cell(cells, "product_id"))
        if not product and "product_id" in self.mapping.given:
            raise UnreadableError("product_id is empty")
        if not product:
            return OrderLine(REFUND, None, quantity, price, is_product=False)
        return OrderLine(product, self.ids.known(self.cell(cells, "description")) or None, quantity, price)

    def hold(self, number: int, cells: list[str], reason: str) -> None:
        """Hold the return of a row that cannot be read."""
        try:
            return_id = self.return_id(cells) if len(cells) >= self.width else None
        except UnreadableError:
            return
        if return_id:
            self.database.execute(HOLD, (return_id, number, reason))

    def finish(self, rows: int) -> Iterator[Other]:
        """Yield the returns, and the rows of those that are held."""
        for return_id, found in groupby(map(Part._make, self.database.execute(IN_ORDER)), lambda part: part.return_id):
            parts = list(found)
            fault = self.database.execute(HELD, (return_id,)).fetchone() or self.contradiction(parts)
            if fault is None:
                yield self.whole(parts)
                continue
            number, reason = fault
            why = f"its return {return_id} is held for row {number}: {reason}"
            for part in parts:
                yield Other(self.topic, part.number, "null", None, "", part.row, why)

    def contradiction(self, parts: list[Part]) -> tuple[int, str] | None:
        """Return the first line that says something else than the one before it, and what; None where none does."""
        for part in parts[1:]:
            for name in SHARED:
                if getattr(part, name) != getattr(parts[0], name):
                    return part.number, f"another {name} than row {parts[0].number}"
        return None

    def whole(self, parts: list[Part]) -> Other:
        """Return a return with all its lines; its customer is the order's where the file does not say."""
        first = parts[0]
        customer = first.customer
        if customer is None and first.order_id is not None:
            ((customer,),) = self.database.execute(CUSTOMER, (first.order_id,)).fetchall() or ((None,),)
        about = {"return_id": first.return_id, "order_id": first.order_id, "kind": None, "currency": first.currency}
        body = json.dumps(about, ensure_ascii=False, separators=(",", ":"))[1:-1]
        lines = ",".join(part.line for part in parts)
        who = "null" if customer is None else quoted(customer)
        moment = min(part.ms for part in parts)
        return Other(self.topic, first.number, who, moment, f'{body},"lines":[{lines}]', rows=len(parts))
