"""A small shop's events with every kind of trouble, to be sent in any order."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.events import LINE

Event = dict[str, Any]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
CUSTOMERS = [f"c{number}" for number in range(12)]


def shop(orders: int = 120) -> list[Event]:
    """Return events in the order in which they happened, each with its topic and without its source.

    Among them are corrections to another amount, customer or guest, on the same day and later ones, what was sent again
    with another day, what was cancelled and perhaps sent again, and repetitions.
    """
    chance = random.Random(7)
    events = [one for number in range(orders) for one in history(chance, number)]
    for place, customer in enumerate(CUSTOMERS * 2):
        at = BEGIN + timedelta(days=place)
        sent_at = chance.choice([None, stamp(BEGIN + timedelta(days=chance.randrange(40)))])
        said = {"city": chance.choice(["Rome", "Oslo", None]), "sent_at": sent_at}
        events.append(event_of("customers", f"p{place}", at, customer, **said))
    return sorted([*events, *chance.sample(events, len(events) // 10)], key=lambda one: str(one["occurred_at"]))


def history(chance: random.Random, number: int) -> Iterator[Event]:
    """Yield the events of an order: it, its corrections, perhaps a return and a rating."""
    placed = BEGIN + timedelta(minutes=chance.randrange(40 * 24 * 60))
    later = [timedelta(hours=chance.choice([1, 30, 200])) for _ in range(chance.choice((0, 0, 1, 2)))]
    whose = chance.choice([*CUSTOMERS, None])
    for place, after in enumerate([timedelta(), *later]):
        order = {"order_id": f"o{number}", "kind": "sale", "currency": "GBP", "lines": lines(chance)}
        yield event_of("orders", f"o{number}.{place}", placed + after, whose, **order)
        whose = chance.choice([whose, whose, *CUSTOMERS, None])
    yield from sendings(chance, number, placed, whose)
    if whose and chance.random() < 0.4:
        at, back = placed + timedelta(days=chance.randrange(9)), {"return_id": f"r{number}", "currency": "GBP"}
        yield event_of("returns", f"r{number}", at, whose, **back, lines=lines(chance))
        if chance.random() < 0.3:
            yield event_of("returns", f"r{number}.gone", at, whose, **back, lines=[], kind="cancelled")
    if whose and chance.random() < 0.5:
        rating = {"rating_id": f"s{number}", "order_id": f"o{number}", "rating": chance.randint(1, 5)}
        yield event_of("ratings", f"s{number}", placed + timedelta(days=2), whose, **rating)


def sendings(chance: random.Random, number: int, placed: datetime, whose: str | None) -> Iterator[Event]:
    """Yield what an export of the shop says of an order, now and then: another day, or that there is none."""
    for place in range(chance.choice((0, 0, 1, 2))):
        at = placed + timedelta(days=chance.choice((-2, 0, 3)))
        sent_at = chance.choice([None, stamp(placed + timedelta(days=chance.randrange(4, 30)))])
        kind = chance.choice(("sale", "sale", "cancelled"))
        order = {"order_id": f"o{number}", "kind": kind, "currency": "GBP", "sent_at": sent_at, "lines": lines(chance)}
        yield event_of("orders", f"o{number}.sent{place}", at, whose, **order)


def conflicting(events: Sequence[Event]) -> list[Event]:
    """Return events, some with another under the same id, of another customer and another day."""
    chance = random.Random(11)
    mixed = list(events)
    for one in chance.sample([one for one in events if one["topic"] != "customers"], len(events) // 6):
        at = datetime.fromisoformat(one["occurred_at"]) + timedelta(days=chance.choice((-1, 0, 3)))
        mixed.append({**one, "occurred_at": stamp(at), "customer_id": chance.choice(CUSTOMERS)})
    return chance.sample(mixed, len(mixed))


def moved(events: Sequence[Event], by: timedelta) -> list[Event]:
    """Return the same events at other instants."""
    times = [{name: one[name] for name in ("occurred_at", "sent_at") if one.get(name)} for one in events]
    return [
        {**one, **{name: stamp(datetime.fromisoformat(at) + by) for name, at in its.items()}}
        for one, its in zip(events, times, strict=True)
    ]


def event_of(topic: str, event_id: str, at: datetime, customer: str | None, **fields: Any) -> Event:
    """Return an event."""
    envelope = {"event_id": event_id, "schema_version": 1, "occurred_at": stamp(at), "customer_id": customer}
    return {"topic": topic, **envelope, **fields}


def stamp(at: datetime) -> str:
    """Return an instant as events have it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def lines(chance: random.Random) -> list[Event]:
    """Return one to three lines."""
    prices = [f"{chance.randrange(1, 900)}.{chance.randrange(10_000):04d}" for _ in range(chance.randint(1, 3))]
    return [
        {**LINE, "product_id": chance.choice("ABC"), "quantity": chance.randint(1, 4), "unit_price": p} for p in prices
    ]


def record(source: str, event: Event) -> tuple[str, bytes, bytes]:
    """Return an event of a source as Kafka gets it: topic, key, value."""
    fields = {name: value for name, value in event.items() if value is not None and name != "topic"}
    key = f"{source}/{event['customer_id']}"
    return event["topic"], key.encode(), json.dumps({**fields, "source": source}).encode()


def part(events: Sequence[Event], place: int, parts: int) -> Sequence[Event]:
    """Return one of so many equal parts of events, which keep their order."""
    return events[len(events) * place // parts : len(events) * (place + 1) // parts]
