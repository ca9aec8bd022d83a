"""Staged orders as events: one order, return or adjustment is one event with all its lines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from json.encoder import encode_basestring as quoted

from streaming.producer import MAX_VALUE_BYTES, Message, seal, seal_event
from streaming.replay.fates import Fates, Part
from streaming.replay.mapping import Mapping
from streaming.replay.order_lines import HeldError
from streaming.replay.stage import Order, Stage

KINDS = ("orders", "returns", "write-offs", "adjustments", "cancellations", "unmappable")
# Rows of the file that no event has.
WITHOUT_EVENT = {
    "repeated": "repeated",
    "zeros": "of 0 pieces beside others",
    "ignored": "of orders that the mapping ignores",
    "conditions": "left out by the mapping",
    "headers": "header rows",
}
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
            try:
                yield from self.messages(order)
            except HeldError as reason:
                for number, row in stage.rows(order):
                    yield self.raw(number, row, f"order {order.order_id}: {reason}")
        for raw in stage.raw():
            yield self.raw(raw.number, raw.row, raw.reason)
        self.tally.lines += stage.left_out

    @cached_property
    def fates(self) -> Fates:
        """Return what decides about an order."""
        return Fates(self.mapping)

    def messages(self, order: Order) -> list[Message]:
        """Return the messages of an order, and count them.

        Raises:
            HeldError: its rows make no event, or one that is too large.
        """
        fate = self.fates.of(order)
        currency = quoted(fate.currency or self.mapping.currency)
        messages = [self.message(order, part, currency) for part in fate.parts]
        if any(len(message.value) > MAX_VALUE_BYTES for message in messages):
            raise HeldError("is too large for one event")
        for part in fate.parts:
            self.tally.add(part.counted_as, part.rows)
        self.tally.lines.update(fate.left_out)
        return messages

    def message(self, order: Order, part: Part, currency: str) -> Message:
        """Return one event of an order: the envelope, what it is about, its lines."""
        customer = "null" if order.customer_id is None else quoted(order.customer_id)
        about = return_fields(order, part) if part.topic == "returns" else order_fields(order, part)
        event = (
            f'{{"schema_version":{self.versions[part.topic]},"source":"{self.source}",'
            f'"occurred_at":"{iso(part.occurred_ms + self.shift_ms)}","customer_id":{customer},'
            f'{about},"currency":{currency},"lines":[{part.lines}]}}'
        )
        return Message(part.topic, f"{self.source}/{order.customer_id or order.order_id}", seal(event.encode()))

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


def order_fields(order: Order, part: Part) -> str:
    """Return what an event says of its order, as JSON."""
    discount = "null" if part.has_discount is None else str(part.has_discount).lower()
    return f'"order_id":{quoted(order.order_id)},"kind":"{part.kind}","discount_applied":{discount}'


def return_fields(order: Order, part: Part) -> str:
    """Return what an event says of its return, as JSON; one of an order has the order's id in its own."""
    kind = "null" if part.kind is None else quoted(part.kind)
    if part.order_id is None:
        return f'"return_id":{quoted(order.order_id)},"order_id":null,"kind":{kind}'
    return f'"return_id":{quoted(f"{part.order_id}/return")},"order_id":{quoted(part.order_id)},"kind":{kind}'


@lru_cache(65536)
def hour(number: int) -> str:
    """Return an hour, counted from 1970, as the contracts write it."""
    return f"{datetime.fromtimestamp(number * 3_600, UTC):%Y-%m-%dT%H}"


def iso(milliseconds: int) -> str:
    """Return milliseconds since 1970 as the contracts write an instant."""
    number, rest = divmod(milliseconds, MS_PER_HOUR)
    seconds, thousandths = divmod(rest, 1000)
    return f"{hour(number)}:{seconds // 60:02d}:{seconds % 60:02d}.{thousandths:03d}Z"
