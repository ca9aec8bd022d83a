"""Staged orders as events: one order, return or adjustment is one event with all its lines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from json.encoder import encode_basestring as quoted

from streaming.producer import MAX_VALUE_BYTES, Message, seal, seal_event
from streaming.replay.mapping import Mapping
from streaming.replay.rows import NEGATIVE
from streaming.replay.stage import Order, Stage

KINDS = ("orders", "returns", "write-offs", "adjustments", "unmappable")
# Rows of the file that no event has.
WITHOUT_EVENT = {"repeated": "repeated", "headers": "header rows"}
MS_PER_DAY = 86_400_000
MS_PER_HOUR = 3_600_000


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
        parts += [f"{self.lines[kind]:,} {words}" for kind, words in WITHOUT_EVENT.items() if self.lines[kind]]
        return f"{self.lines.total():,} lines = {' + '.join(parts) or 'none'}"


@dataclass(frozen=True)
class Events:
    """Makes the events of one source; `shift_ms` moves their times, `versions` are those of the contracts by topic."""

    mapping: Mapping
    source: str
    shift_ms: int
    tally: Tally
    versions: dict[str, int]

    def of(self, stage: Stage) -> Iterator[Message]:
        """Yield the messages of all staged rows: orders in time order, then the raw rows."""
        for order in stage.orders():
            kind, topic, event = self.event(order)
            value = seal(event.encode())
            if len(value) > MAX_VALUE_BYTES:
                yield from (
                    self.raw(number, row, "the order is too large for one event") for number, row in stage.rows(order)
                )
                continue
            self.tally.add(kind, order.size)
            yield Message(topic, f"{self.source}/{order.customer_id or order.order_id}", value)
        for raw in stage.raw():
            yield self.raw(raw.number, raw.row, raw.reason)
        self.tally.lines += stage.left_out

    @cached_property
    def currency(self) -> str:
        """Return the currency as JSON."""
        return quoted(self.mapping.currency)

    def event(self, order: Order) -> tuple[str, str, str]:
        """Return an order's kind, topic and event, the event as JSON."""
        order_id, currency = quoted(order.order_id), self.currency
        if starts(order.order_id, self.mapping.return_prefix):
            about = f'"return_id":{order_id},"order_id":null,"currency":{currency}'
            return "returns", "returns", self.json("returns", order, about)
        adjustment = starts(order.order_id, self.mapping.adjustment_prefix)
        kind = "adjustment" if adjustment else "sale"
        about = f'"order_id":{order_id},"kind":"{kind}","currency":{currency},"discount_applied":null'
        counted_as = "adjustments" if adjustment else "write-offs" if order.signs & NEGATIVE else "orders"
        return counted_as, "orders", self.json("orders", order, about)

    def json(self, topic: str, order: Order, about: str) -> str:
        """Return an event: the envelope, what it is about, its lines."""
        customer = "null" if order.customer_id is None else quoted(order.customer_id)
        return (
            f'{{"schema_version":{self.versions[topic]},"source":"{self.source}",'
            f'"occurred_at":"{iso(order.occurred_ms + self.shift_ms)}","customer_id":{customer},'
            f'{about},"lines":[{order.lines}]}}'
        )

    def raw(self, number: int, row: str, reason: str) -> Message:
        """Return the message of a row that is no part of an event; its number keeps equal rows apart."""
        self.tally.add("unmappable", 1)
        event = {
            "schema_version": self.versions["orders"],
            "source": self.source,
            "occurred_at": None,
            "customer_id": None,
            "raw_row": row[: MAX_VALUE_BYTES // 8],
            "raw_reason": f"row {number}: {reason}",
        }
        return Message("orders", f"{self.source}/row-{number}", seal_event(event))


def starts(order_id: str, prefix: str | None) -> bool:
    """Return whether an order id has a prefix that the mapping names."""
    return prefix is not None and prefix != "" and order_id.startswith(prefix)


@lru_cache(65536)
def hour(number: int) -> str:
    """Return an hour, counted from 1970, as the contracts write it."""
    return f"{datetime.fromtimestamp(number * 3_600, UTC):%Y-%m-%dT%H}"


def iso(milliseconds: int) -> str:
    """Return milliseconds since 1970 as the contracts write an instant."""
    number, rest = divmod(milliseconds, MS_PER_HOUR)
    seconds, thousandths = divmod(rest, 1000)
    return f"{hour(number)}:{seconds // 60:02d}:{seconds % 60:02d}.{thousandths:03d}Z"
