"""What columns of the file say of an order as a whole, on its first row alone or on each of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from streaming.replay.mapping import AMOUNTS, INSTANTS
from streaming.replay.order_lines import NOTHING, HeldError

ATTRIBUTES = "attributes"


@dataclass(frozen=True)
class About:
    """An order's own columns: texts or None, amounts (0 where there is none), milliseconds since 1970 or None."""

    status: str | None = None
    currency: str | None = None
    discount: Decimal = NOTHING
    tax: Decimal = NOTHING
    shipping: Decimal = NOTHING
    refunded_amount: Decimal = NOTHING
    cancelled_at: int | None = None
    refunded_at: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


def write(said: Mapping[str, str | int], attributes: Mapping[str, str]) -> str:
    """Return what one row says, by the name of the column, as JSON; empty where it says nothing."""
    whole = {**said, ATTRIBUTES: attributes} if attributes else said
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False) if whole else ""


def parse(text: str) -> About:
    """Return what the rows of an order say, of their JSON with commas between; of an attribute, the first of them.

    Raises:
        HeldError: two rows say different things.
    """
    rows: list[dict[str, Any]] = json.loads(f"[{text}]")
    said: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    for row in rows:
        attributes = {**row.pop(ATTRIBUTES, {}), **attributes}
        for name, value in row.items():
            known = said.setdefault(name, value)
            if known != value and name not in INSTANTS:
                raise HeldError(f"{name} is {known} in one row and {value} in another, and an order has one")
            said[name] = max(known, value)
    return About(**(said | {name: Decimal(said[name]) for name in AMOUNTS if name in said}), attributes=attributes)
