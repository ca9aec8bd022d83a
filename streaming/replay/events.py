"""Staged orders as events: one order, return or adjustment is one event with all its lines."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from json.encoder import encode_basestring as quoted

from common.replays import WITHOUT_EVENT
from streaming.producer import MAX_VALUE_BYTES, Message, seal, seal_event
from streaming.replay.bodies import customer_of, id_of, key_of, order_fields, return_fields
from streaming.replay.fates import Fates, Part
from streaming.replay.mapping import ALL_COLUMNS, CANCELLED
from streaming.replay.mapping import Mapping as Columns
from streaming.replay.order_lines import HeldError
from streaming.replay.other_columns import OTHER_COLUMNS
from streaming.replay.other_files import Other, events_of
from streaming.replay.sendings import Made, Sending
from streaming.replay.shops import Shops
from streaming.replay.stage import Order, Stage
from streaming.replay.times import iso

NAMES = "|".join({*ALL_COLUMNS, *chain.from_iterable(OTHER_COLUMNS.values())})
COLUMN_AT_FAULT = re.compile(rf"(?:^|: )({NAMES})\b")
KINDS = (
    "orders",
    "returns",
    "write-offs",
    "adjustments",
    "cancellations",
    *(topic for topic in OTHER_COLUMNS if topic != "returns"),
    "unmappable",
    "cancelled of an earlier sending",
)
# Of these the lake has a version, so an earlier sending's no longer holds.
OF_THE_LAKE = ("orders", "returns", "cancellations")


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
    """Makes the events of one source.

    Args:
        shift_ms: moves their times.
        versions: those of the contracts, by topic.
        pseudonymise: returns a text of the file with the hash in place of each e-mail address in it.
        currencies: the shops that orders in other currencies are of; all are of the one source without.
    """

    mapping: Columns
    source: str
    shift_ms: int
    tally: Tally
    versions: dict[str, int]
    sending: Sending
    pseudonymise: Callable[[str], str] = str
    currencies: Shops | None = None

    def of(self, stage: Stage) -> Iterator[Message]:
        """Yield the messages of all staged rows: orders in time order, raw rows, what earlier sendings had besides."""
        self.sending.open(stage.database)
        for order in stage.orders():
            try:
                yield from self.messages(order)
            except HeldError as reason:
                for number, row in stage.rows(order):
                    yield self.raw(number, row, f"order {order.order_id}: {reason}")
        for raw in stage.raw():
            yield self.raw(raw.number, raw.row, raw.reason)
        oldest_ms = stage.oldest_ms() or 0
        for other in events_of(stage.database, self.mapping.files):
            yield from self.other(other, oldest_ms)
        for made in self.sending.unmade():
            yield self.cancellation(made)
        self.tally.lines += stage.left_out

    @cached_property
    def fates(self) -> Fates:
        """Return what decides about an order."""
        return Fates(self.mapping)

    @cached_property
    def shops(self) -> Shops:
        """Return the shops that the events are of."""
        return self.currencies or Shops(self.source)

    @property
    def have_more_than_orders(self) -> bool:
        """Whether nobody knows how many they are before they are made: refunds, and what earlier sendings had."""
        return self.fates.takes_all_apart or bool(self.sending.earlier or self.sending.others)

    def messages(self, order: Order) -> list[Message]:
        """Return the messages of an order, and count them.

        Raises:
            HeldError: its rows make no event, or one that is too large.
        """
        fate = self.fates.of(order)
        currency, messages = fate.currency or self.mapping.currency, []
        shop, customer = self.shops.of(currency), customer_of(order)
        for part in fate.parts:
            message = self.message(order, part, currency, shop, fate.attributes)
            if len(message.value) > MAX_VALUE_BYTES:
                raise HeldError("is too large for one event")
            messages.append(message)
        for part in fate.parts:
            self.tally.add(part.counted_as, part.rows)
            if part.counted_as in OF_THE_LAKE:
                ms = part.occurred_ms + self.shift_ms
                made = Made(part.topic, id_of(order, part), ms, quoted(currency), shop, customer)
                self.sending.note(made, is_cancelled=part.kind == CANCELLED)
        if fate.parts:
            self.shops.note_order(order.order_id, order.customer_id, shop)
            messages += map(self.cancellation, self.sending.returned_before(quoted(f"{order.order_id}/return"), shop))
        if fate.left_out:
            self.tally.lines.update(fate.left_out)
        return messages

    def message(self, order: Order, part: Part, currency: str, shop: str, attributes: Mapping[str, str]) -> Message:
        """Return one event of an order, in a currency and so of a shop: the envelope, what it is about, its lines."""
        customer, made_id = customer_of(order), id_of(order, part)
        about = return_fields(part, made_id) if part.topic == "returns" else order_fields(part, made_id, attributes)
        begin = self.envelope(part.topic, part.occurred_ms + self.shift_ms, customer, shop)
        event = f'{begin}{about},"currency":{quoted(currency)},"lines":[{part.lines}]}}'
        return Message(part.topic, f"{self.source}{shop}/{order.customer_id or order.order_id}", seal(event.encode()))

    def envelope(self, topic: str, occurred_ms: int, customer: str, shop: str = "") -> str:
        """Return the fields with which every event begins; the customer is JSON."""
        return (
            f'{{"schema_version":{self.versions[topic]},"source":"{self.source}{shop}",'
            f'"occurred_at":"{iso(occurred_ms)}","customer_id":{customer},"sent_at":"{self.sending.sent_at}",'
        )

    def other(self, other: Other, oldest_ms: int) -> Iterator[Message]:
        """Yield the events of a row of another file; one without a time was so from the shop's first order on.

        What is said of an order is where the order is, a profile wherever its customer buys.
        """
        if other.reason is not None:
            yield self.raw(other.number, other.row, other.reason, other.topic)
            return
        ms = (oldest_ms if other.ms is None else other.ms) + self.shift_ms
        for number, shop in enumerate(self.shops_of(other)):
            self.tally.add(other.topic, 0 if number else other.rows)
            body = self.returned(other, ms, shop) if other.topic == "returns" else other.body
            event = f"{self.envelope(other.topic, ms, other.customer, shop)}{body}}}"
            yield Message(other.topic, f"{self.source}{shop}/{key_of(other)}", seal(event.encode()))

    def returned(self, other: Other, ms: int, shop: str) -> str:
        """Return what an event says of a return of another file, in its currency, and note that it was made."""
        body = json.loads(f"{{{other.body}}}")
        body["currency"] = body["currency"] or shop.removeprefix(".") or self.shops.own or self.mapping.currency
        made = Made("returns", quoted(body["return_id"]), ms, quoted(body["currency"]), shop, other.customer)
        self.sending.note(made, is_cancelled=False)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))[1:-1]

    def shops_of(self, other: Other) -> list[str]:
        """Return where the row of another file belongs."""
        if self.shops.database is None:
            return [""]
        said = json.loads(f"{{{other.body}}}")
        if said.get("currency"):
            return [self.shops.of(said["currency"])]
        order_id = said.get("order_id")
        if order_id and (shop := self.shops.of_order(order_id)):
            return [shop]
        customer = json.loads(other.customer)
        homes = [""] if customer is None else self.shops.of_customer(customer)
        return homes if other.topic == "customers" else homes[:1]

    def cancellation(self, made: Made) -> Message:
        """Return the event that ends what an earlier sending made and this one does not."""
        self.tally.add("cancelled of an earlier sending", 0)
        about = (
            f'"return_id":{made.id},"order_id":null,"kind":"{CANCELLED}"'
            if made.topic == "returns"
            else f'"order_id":{made.id},"kind":"{CANCELLED}","discount_applied":null'
        )
        event = (
            f'{self.envelope(made.topic, made.ms, "null", made.shop)}{about},"currency":{made.currency},"lines":[]}}'
        )
        return Message(made.topic, f"{self.source}{made.shop}/{json.loads(made.id)}", seal(event.encode()))

    def raw(self, number: int, row: str, reason: str, topic: str = "orders") -> Message:
        """Return the message of a row that is no part of an event; its number keeps equal rows apart."""
        self.tally.add("unmappable", 1)
        event = {
            "schema_version": self.versions[topic],
            "source": self.source,
            "occurred_at": None,
            "customer_id": None,
            "sent_at": self.sending.sent_at,
            "raw_row": self.pseudonymise(row)[: MAX_VALUE_BYTES // 8],
            "raw_reason": f"row {number}: {self.pseudonymise(reason)}",
            "raw_field": column_at_fault(reason),
        }
        return Message(topic, f"{self.source}/row-{number}", seal_event(event))


def column_at_fault(reason: str) -> str | None:
    """Return the column that a reason begins with, behind whatever it says of the order; None where it names none."""
    found = COLUMN_AT_FAULT.search(reason)
    return found[1] if found else None
