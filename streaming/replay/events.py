"""Staged orders as events: one order, return or adjustment is one event with all its lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from streaming.producer import MAX_VALUE_BYTES, Message, sealed
from streaming.replay.mapping import Mapping
from streaming.replay.rows import Line
from streaming.replay.stage import Stage

SCHEMA_VERSION = 1
KINDS = ("orders", "returns", "write-offs", "adjustments", "unmappable")


@dataclass
class Tally:
    """How many events of each kind were made, and of how many lines."""

    events: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, lines: int) -> None:
        """Count one event."""
        self.events[kind] += 1
        self.lines[kind] += lines

    def __str__(self) -> str:
        """Return the sum of lines by kind."""
        parts = [f"{self.lines[kind]:,} in {self.events[kind]:,} {kind}" for kind in KINDS if self.events[kind]]
        return f"{self.lines.total():,} lines = {' + '.join(parts) or 'none'}"


@dataclass(frozen=True)
class Events:
    """Makes the events of one source; `shift_ms` moves their times."""

    mapping: Mapping
    source: str
    shift_ms: int
    tally: Tally

    def of(self, stage: Stage) -> Iterator[Message]:
        """Yield the messages of all staged rows: orders in time order, then the raw rows."""
        for order_id, occurred_ms, customer_id, lines in stage.orders():
            kind, topic, event = self.event(order_id, occurred_ms, customer_id, [line for _, line, _ in lines])
            value = sealed(event)
            if len(value) > MAX_VALUE_BYTES:
                yield from (self.raw(number, row, "the order is too large for one event") for number, _, row in lines)
                continue
            self.tally.add(kind, len(lines))
            yield Message(topic, f"{self.source}/{customer_id or order_id}", value)
        for number, row, reason in stage.raw():
            yield self.raw(number, row, reason)

    def event(
        self, order_id: str, occurred_ms: int, customer_id: str | None, lines: Sequence[Line]
    ) -> tuple[str, str, dict[str, Any]]:
        """Return an order's kind, topic and event."""
        shared = {
            "schema_version": SCHEMA_VERSION,
            "source": self.source,
            "occurred_at": iso(occurred_ms + self.shift_ms),
            "customer_id": customer_id,
        }
        if starts(order_id, self.mapping.return_prefix):
            parts = {"return_id": order_id, "order_id": None, "currency": self.mapping.currency}
            return "returns", "returns", {**shared, **parts, "lines": [self.line(line, -1) for line in lines]}
        adjustment = starts(order_id, self.mapping.adjustment_prefix)
        parts = {
            "order_id": order_id,
            "kind": "adjustment" if adjustment else "sale",
            "currency": self.mapping.currency,
            "discount_applied": None,
        }
        kind = "adjustments" if adjustment else "write-offs" if any(line.quantity < 0 for line in lines) else "orders"
        return kind, "orders", {**shared, **parts, "lines": [self.line(line, 1) for line in lines]}

    def line(self, line: Line, sign: int) -> dict[str, Any]:
        """Return a line of an event; a return's quantities are negative in the file and positive in the event."""
        return {
            "product_id": line.product_id,
            "description": line.description,
            "quantity": sign * line.quantity,
            "unit_price": line.unit_price,
            "is_product": self.mapping.is_product(line.product_id),
        }

    def raw(self, number: int, row: str, reason: str) -> Message:
        """Return the message of a row that is no part of an event; its number keeps equal rows apart."""
        self.tally.add("unmappable", 1)
        event = {
            "schema_version": SCHEMA_VERSION,
            "source": self.source,
            "occurred_at": None,
            "customer_id": None,
            "raw_row": row[: MAX_VALUE_BYTES // 8],
            "raw_reason": f"row {number}: {reason}",
        }
        return Message("orders", f"{self.source}/row-{number}", sealed(event))


def starts(order_id: str, prefix: str | None) -> bool:
    """Return whether an order id has a prefix that the mapping names."""
    return bool(prefix) and order_id.startswith(prefix or "")


def iso(milliseconds: int) -> str:
    """Return milliseconds since 1970 as the contracts write an instant."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
