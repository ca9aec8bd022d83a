"""What columns of the file say of an order as a whole, on its first row alone or on each of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from streaming.replay.mapping import AMOUNTS, INSTANTS
from streaming.replay.order_lines import NOTHING, HeldError


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


def write(said: Mapping[str, str | int]) -> str:
    """Return what one row says, by the name of the column, as JSON; empty where it says nothing."""
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False) if said else ""


def parse(text: str) -> About:
    """Return what the rows of an order say, of their JSON with commas between.

    Raises:
        HeldError: two rows say different things.
    """
    rows: list[dict[str, Any]] = json.loads(f"[{text}]")
    said: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            known = said.setdefault(name, value)
            if known != value and name not in INSTANTS:
                raise HeldError(f"{name} is {known} in one row and {value} in another, and an order has one")
            said[name] = max(known, value)
    return About(**(said | {name: Decimal(said[name]) for name in AMOUNTS if name in said}))
