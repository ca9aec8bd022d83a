"""The lines of one order, taken apart where its event is not simply all of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from json.encoder import encode_basestring as quoted

NOTHING = Decimal(0)
CENT, FINEST = Decimal("0.01"), Decimal("0.0001")


class HeldError(Exception):
    """The order's rows do not make an event; the text says why."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Pieces of a product or charge at a price; `discount` is of the whole line."""

    product_id: str
    description: str | None
    quantity: int
    unit_price: Decimal
    is_product: bool = True
    discount: Decimal = NOTHING

    @property
    def amount(self) -> Decimal:
        """Pieces times price, less the discount."""
        return self.quantity * self.unit_price - self.discount

    @property
    def json(self) -> str:
        """The line as its event has it."""
        text = "null" if self.description is None else quoted(self.description)
        discount = f'"discount_amount":"{self.discount:f}",' if self.discount else ""
        return (
            f'{{"product_id":{quoted(self.product_id)},"description":{text},"quantity":{self.quantity},'
            f'"unit_price":"{self.unit_price:f}",{discount}"is_product":{"true" if self.is_product else "false"}}}'
        )

    def reversed(self) -> "OrderLine":
        """Return the line with as many pieces on the other side."""
        return replace(self, quantity=-self.quantity)


@dataclass(frozen=True)
class Split:
    """An order's lines by what they are: sold, brought back (in positive pieces), and what reduces the order."""

    sold: list[OrderLine]
    back: list[OrderLine]
    reduction: Decimal
    zeros: int


def parse_lines(text: str) -> list[OrderLine]:
    """Return the lines of their JSON."""
    return [
        OrderLine(
            line["product_id"],
            line["description"],
            line["quantity"],
            Decimal(line["unit_price"]),
            line["is_product"],
            Decimal(line.get("discount_amount", 0)),
        )
        for line in json.loads(f"[{text}]")
    ]


def write_lines(lines: Iterable[OrderLine]) -> str:
    """Return lines as their JSON."""
    return ",".join(line.json for line in lines)


def split(lines: Sequence[OrderLine]) -> Split:
    """Return the lines by what they are; where none is sold, all are taken as they stand, but those of 0 pieces."""
    some = [line for line in lines if line.quantity]
    reducing = [line for line in some if not line.is_product and line.quantity * line.unit_price < 0]
    sold = [line for line in some if line.quantity > 0 and line not in reducing]
    if not sold:
        return Split(some or list(lines), [], NOTHING, len(lines) - len(some) if some else 0)
    back = [line.reversed() for line in some if line.quantity < 0 and line not in reducing]
    return Split(sold, back, -sum((line.amount for line in reducing), NOTHING), len(lines) - len(some))


def spread(discount: Decimal, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Return the lines with a discount spread over the products among them, in proportion to their amounts.

    Each share is whole cents (ten-thousandths, where an amount has such), and the shares add up to the discount: the
    largest remainders are rounded up.

    Raises:
        HeldError: the products cost less than the discount.
    """
    amounts = [line.amount if line.is_product else NOTHING for line in lines]
    total = sum(amounts, NOTHING)
    if discount > total:
        raise HeldError(f"the discount of {discount:f} is more than the {total:f} of its products")
    unit = FINEST if any(amount % CENT for amount in (discount, *amounts)) else CENT
    shares = largest_remainders(int(discount / unit), [int(amount / FINEST) for amount in amounts])
    return [
        replace(line, discount=line.discount + share * unit) if share else line
        for line, share in zip(lines, shares, strict=True)
    ]


def largest_remainders(whole: int, weights: Sequence[int]) -> list[int]:
    """Return whole numbers in proportion to weights, which add up to a whole (Hamilton's method)."""
    total = sum(weights)
    shares, remainders = zip(*(divmod(whole * weight, total) for weight in weights), strict=True)
    ranked = sorted(range(len(weights)), key=lambda place: -remainders[place])
    rounded_up = set(ranked[: whole - sum(shares)])
    return [share + (place in rounded_up) for place, share in enumerate(shares)]


def add_pieces(lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Return lines with those of one product at one price added up."""
    added: dict[tuple[str, str | None, Decimal, bool, bool], OrderLine] = {}
    for line in lines:
        key = line.product_id, line.description, line.unit_price, line.is_product, line.quantity > 0
        known = added.get(key)
        added[key] = (
            line
            if known is None
            else replace(known, quantity=known.quantity + line.quantity, discount=known.discount + line.discount)
        )
    return list(added.values())
