"""What becomes of an order that is not simply all its lines: a sale, a return, a cancellation, or several of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from streaming.replay.about import About, parse
from streaming.replay.line_amounts import SHIPPING
from streaming.replay.mapping import (
    CANCELLED,
    IGNORED,
    LINE_DISCOUNT,
    ORDER_COLUMNS,
    PARTLY_REFUNDED,
    REFUNDED,
    SALE,
)
from streaming.replay.mapping import Mapping as Columns
from streaming.replay.order_lines import (
    NOTHING,
    HeldError,
    OrderLine,
    Split,
    add_pieces,
    parse_lines,
    split,
    spread,
    write_lines,
)
from streaming.replay.rows import NEGATIVE, POSITIVE, ZERO
from streaming.replay.stage import Order

# All pieces above, below or of zero, and no price below: one event with all lines, whatever they are.
PLAIN = (POSITIVE, NEGATIVE, ZERO)
TAX, REFUND = "TAX", "REFUND"


class Part(NamedTuple):
    """One event that an order becomes; `rows` of the file are counted to it.

    Of a return, `kind` is None where it holds, and `order_id` the order that the goods came from, None where unknown.
    """

    counted_as: str
    topic: str
    kind: str | None
    lines: str
    rows: int
    occurred_ms: int
    has_discount: bool | None = None
    order_id: str | None = None


class Fate(NamedTuple):
    """The events of an order, in which currency, how many rows have none, by the reason, and the order's attributes."""

    parts: list[Part]
    currency: str | None = None
    left_out: Mapping[str, int] = {}
    attributes: Mapping[str, str] = {}


@dataclass(frozen=True)
class Fates:
    """Decides by a mapping."""

    mapping: Columns

    @cached_property
    def takes_all_apart(self) -> bool:
        """Whether even an order of plain lines must be taken apart."""
        given = {*self.mapping.columns, *self.mapping.constants}
        has_further = bool(self.mapping.attributes) or not given.isdisjoint((*ORDER_COLUMNS, LINE_DISCOUNT))
        return self.mapping.one_row_per_piece or has_further

    def of(self, order: Order) -> Fate:
        """Return what an order becomes.

        Raises:
            HeldError: its rows contradict each other.
        """
        is_return = starts(order.order_id, self.mapping.return_prefix)
        is_adjustment = starts(order.order_id, self.mapping.adjustment_prefix)
        if not self.takes_all_apart and (is_adjustment or order.signs in PLAIN):
            return Fate([whole(order, is_return, is_adjustment)])
        about = parse(order.about)
        meaning = self.meaning(about)
        currency = about.currency or self.mapping.currency
        if not currency:
            raise HeldError("currency is empty")
        if meaning == IGNORED:
            return Fate([], currency, {"ignored": order.size})
        if is_adjustment:
            return Fate([whole(order, is_return, is_adjustment)], currency, attributes=about.attributes)
        parts = list(self.of_return(order, meaning) if is_return else self.of_sale(order, about, meaning))
        zeros = order.size - sum(part.rows for part in parts)
        return Fate(parts, currency, {"zeros": zeros}, about.attributes)

    def of_sale(self, order: Order, about: About, meaning: str) -> Iterator[Part]:
        """Yield the events of an order that is neither a return nor an adjustment by its id."""
        lines = split(parse_lines(order.lines))
        sold, has_discount = self.priced(lines, about)
        text, rows = write_lines(sold), order.size - lines.zeros
        if meaning == CANCELLED:
            moment = about.cancelled_at or order.occurred_ms
            yield Part("cancellations", "orders", CANCELLED, text, rows, moment, has_discount)
            return
        back = [*self.merged(lines.back), *refund(sold, about, meaning)]
        counted_as = "write-offs" if sold[0].quantity < 0 else "orders"
        yield Part(counted_as, "orders", SALE, text, rows - len(lines.back), order.occurred_ms, has_discount)
        if back:
            moment = about.refunded_at or order.occurred_ms
            text, rows = write_lines(back), len(lines.back)
            yield Part("returns", "returns", None, text, rows, moment, order_id=order.order_id)

    def of_return(self, order: Order, meaning: str) -> Iterator[Part]:
        """Yield the event of an order that is a return by its id; its pieces are positive."""
        lines = parse_lines(order.lines)
        some = [line for line in lines if line.quantity] or lines
        text = write_lines(self.merged(some))
        # A row may be several lines.
        rows = order.size - (len(lines) - len(some))
        if meaning == CANCELLED:
            yield Part("cancellations", "returns", CANCELLED, text, rows, order.occurred_ms)
        else:
            yield Part("returns", "returns", None, text, rows, order.occurred_ms)

    def meaning(self, about: About) -> str:
        """Return what the status of an order means; a sale with a time at which it was cancelled is none."""
        sold = SALE if about.cancelled_at is None else CANCELLED
        statuses = self.mapping.statuses
        if not statuses:
            return sold
        word = about.status or ""
        if word.casefold() not in statuses:
            here = f"status {word!r}" if word else 'an empty status ("")'
            raise HeldError(f"{here} is not among the statuses of the mapping")
        meaning = statuses[word.casefold()]
        return sold if meaning == SALE else meaning

    def priced(self, lines: Split, about: About) -> tuple[list[OrderLine], bool | None]:
        """Return what was sold, with discounts and charges, and whether it was discounted, where anything says so."""
        sold, discount = self.merged(lines.sold), about.discount + lines.reduction
        if discount:
            sold = spread(discount, sold)
        if any(line.amount < 0 < line.discount for line in sold):
            raise HeldError("the discount of a line is more than its amount")
        says_so = not self.mapping.columns.keys().isdisjoint(("discount", LINE_DISCOUNT))
        has_discount = any(line.discount for line in sold) or (False if says_so else None)
        charges = ((SHIPPING, about.shipping), (TAX, about.tax))
        return [*sold, *(charge(name, amount) for name, amount in charges if amount)], has_discount

    def merged(self, lines: list[OrderLine]) -> list[OrderLine]:
        """Return lines with equal pieces added up, where each row of the file is a piece."""
        return add_pieces(lines) if self.mapping.one_row_per_piece else lines


def starts(order_id: str, prefix: str | None) -> bool:
    """Return whether an order id has a prefix that the mapping names."""
    return prefix is not None and prefix != "" and order_id.startswith(prefix)


def whole(order: Order, is_return: bool, is_adjustment: bool) -> Part:
    """Return the event of an order that has all its lines as they stand."""
    if is_return:
        return Part("returns", "returns", None, order.lines, order.size, order.occurred_ms)
    if is_adjustment:
        return Part("adjustments", "orders", "adjustment", order.lines, order.size, order.occurred_ms)
    counted_as = "write-offs" if order.signs & NEGATIVE else "orders"
    return Part(counted_as, "orders", SALE, order.lines, order.size, order.occurred_ms)


def charge(name: str, amount: Decimal) -> OrderLine:
    """Return the line of an amount that is no product."""
    return OrderLine(name, None, 1, amount, is_product=False)


def refund(sold: list[OrderLine], about: About, meaning: str) -> Iterator[OrderLine]:
    """Yield the lines of what was paid back: those of the order where it was all, the amount where it was a part.

    Raises:
        HeldError: nothing says how much it was, or it was more than the order.
    """
    amount, total = about.refunded_amount, sum((line.amount for line in sold), NOTHING)
    if meaning == REFUNDED or 0 < amount == total:
        yield from sold
    elif amount:
        if amount > total:
            raise HeldError(f"refunded_amount {amount:f} is more than the order's {total:f}")
        yield charge(REFUND, amount)
    elif meaning == PARTLY_REFUNDED:
        raise HeldError("it is partly refunded and has no refunded_amount")
