"""What the customers did: profiles, orders, returns and ratings, and the mishaps that any feed has."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from streaming.producer import Message, encode, sealed
from streaming.simulate.people import CITIES, Person, person

SOURCE = "simulated"
CURRENCY = "GBP"
SECOND = 1_000
DAY = 86_400 * SECOND
OPENS, SHUTS = 8 * 3_600 * SECOND, 20 * 3_600 * SECOND
WARES = ("Mug", "Lantern", "Tea tray", "Cushion", "Candle", "Clock", "Basket", "Blanket", "Vase", "Frame")
COLOURS = ("red", "blue", "green", "white")
POSTAGE = {"product_id": "POST", "description": "Postage", "quantity": 1, "unit_price": "3.95", "is_product": False}
RATED, RETURNED, LATE, DISCOUNTED, MOVED = 0.45, 0.07, 0.15, 0.25, 0.002
SENT_TWICE, MISHAP = 0.004, 0.003


class Event(NamedTuple):
    """An event before it is sent; `at` is milliseconds since the first midnight."""

    at: int
    topic: str
    customer_id: str
    body: dict[str, Any]


def messages(customers: int, days: int, seed: int, ends_on: date) -> list[Message]:
    """Return the messages of a history of `days` days that ends before the midnight of `ends_on`, in time order."""
    first_day = ends_on - timedelta(days=days)
    events = [event for number in range(1, customers + 1) for event in life(number, seed, days, first_day)]
    end = days * DAY
    ordered = sorted((event for event in events if event.at < end), key=lambda event: (event.at, encode(event.body)))
    return [message for event in ordered for message in sent(event, seed, first_day)]


def sent(event: Event, seed: int, first_day: date) -> Iterator[Message]:
    """Yield an event's message; a few are sent twice, and a few are followed by something broken."""
    body = {"schema_version": 1, "source": SOURCE, "occurred_at": iso(event.at, first_day), **event.body}
    message = Message(event.topic, f"{SOURCE}/{event.customer_id}", sealed(body))
    yield message
    chance = Random(f"{seed}/{message.value.hex()}")
    if chance.random() < SENT_TWICE:
        yield message
    if chance.random() < MISHAP:
        yield message._replace(value=mishap(message.value, chance))


def mishap(value: bytes, chance: Random) -> bytes:
    """Return a broken variant of an event, as a faulty client would send it."""
    event = json.loads(value)
    return (
        value[: len(value) // 2],
        encode({**event, "occurred_at": "yesterday"}),
        encode({key: value for key, value in event.items() if key != "source"}),
        encode({**event, "schema_version": 9}),
    )[chance.randrange(4)]


def life(number: int, seed: int, days: int, first_day: date) -> Iterator[Event]:
    """Yield all events of one customer, until they go silent without a word or the history ends."""
    one, chance = person(number, seed, days, first_day)
    yield profile(one, one.city, moment(one.joined_day, chance))
    day, orders, annoyed = one.joined_day, 0, 0.0
    while True:
        day += chance.expovariate(1 / one.gap_days) if orders else 0.0
        if day >= days:
            return
        orders += 1
        at = moment(day, chance)
        placed = order(one, orders, at, chance)
        yield placed
        late, returned = chance.random() < LATE, chance.random() < RETURNED
        if returned:
            yield given_back(placed, at + chance.randint(2, 12) * DAY, chance)
        stars = rating(one, late, returned, chance)
        if chance.random() < RATED:
            parts = {"rating_id": f"{placed.body['order_id']}-R", "order_id": placed.body["order_id"], "rating": stars}
            yield Event(at + chance.randint(3, 9) * DAY, "ratings", one.customer_id, owned(one, parts))
        if chance.random() < MOVED:
            yield profile(one, chance.choice(CITIES), at + DAY)
        annoyed = 0.5 * annoyed + max(0, 3 - stars)
        if chance.random() < one.silence * (1 + annoyed):
            return


def order(one: Person, number: int, at: int, chance: Random) -> Event:
    """Return a customer's order."""
    lines = [line(one, chance) for _ in range(1 + min(int(chance.expovariate(1 / one.basket)), 11))]
    parts = {
        "order_id": f"{one.customer_id}-{number:04d}",
        "kind": "sale",
        "currency": CURRENCY,
        "discount_applied": chance.random() < DISCOUNTED,
        "lines": [*lines, POSTAGE] if chance.random() < 0.3 else lines,
    }
    return Event(at, "orders", one.customer_id, owned(one, parts))


def line(one: Person, chance: Random) -> dict[str, Any]:
    """Return a line of an order; a product's price is its own, always."""
    ware, colour = chance.randrange(len(WARES)), chance.randrange(len(COLOURS))
    return {
        "product_id": f"P{ware}{colour}",
        "description": f"{WARES[ware]}, {COLOURS[colour]}",
        "quantity": chance.choice((1, 1, 1, 2, 2, 3, 6)),
        "unit_price": f"{2 + ware * 3 + colour}.{(95, 50, 25, 99)[colour]}",
        "is_product": True,
    }


def given_back(placed: Event, at: int, chance: Random) -> Event:
    """Return the return of one line of an order, or of a part of it."""
    back = chance.choice([one for one in placed.body["lines"] if one["is_product"]])
    order_id = placed.body["order_id"]
    parts = {
        "customer_id": placed.customer_id,
        "return_id": f"{order_id}-B",
        "order_id": order_id,
        "currency": CURRENCY,
        "lines": [{**back, "quantity": chance.randint(1, back["quantity"])}],
    }
    return Event(at, "returns", placed.customer_id, parts)


def rating(one: Person, late: bool, returned: bool, chance: Random) -> int:
    """Return the stars that a customer gives or thinks: late parcels and returned goods cost most."""
    felt = 4.4 + one.patience - 1.9 * late - 1.2 * returned + chance.gauss(0, 0.5)
    return max(1, min(5, round(felt)))


def profile(one: Person, city: str, at: int) -> Event:
    """Return a customer's profile."""
    parts = {
        "gender": one.gender,
        "birth_date": one.birth_date.isoformat(),
        "city": city,
        "membership_type": one.membership,
    }
    return Event(at, "customers", one.customer_id, owned(one, parts))


def owned(one: Person, parts: dict[str, Any]) -> dict[str, Any]:
    """Return an event's fields with the customer's id before them."""
    return {"customer_id": one.customer_id, **parts}


def moment(day: float, chance: Random) -> int:
    """Return an instant of a day while the shop is open, in milliseconds since the first midnight."""
    return int(day) * DAY + chance.randrange(OPENS, SHUTS, SECOND)


def iso(at: int, first_day: date) -> str:
    """Return an instant as the contracts write it."""
    days, rest = divmod(at, DAY)
    minutes, milliseconds = divmod(rest, 60 * SECOND)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // SECOND:02d}.{milliseconds % SECOND:03d}"
    return f"{(first_day + timedelta(days=days)).isoformat()}T{clock}Z"
