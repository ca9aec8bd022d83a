"""Who the customers are: habits as columns, drawn for many at once, and the profile of one."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from random import Random
from typing import Self

import numpy as np

from streaming.simulate.calendar import Bools, Floats, Ints

GAMMA_POISSON, LOGNORMAL = MODES = ("gamma-poisson", "lognormal")
# Purchases a day: gamma distributed with this shape and mean, or lognormal with this median and spread.
RATE_SHAPE, RATE_MEAN = 1.6, 0.11
RATE_MEDIAN, RATE_SPREAD = 0.075, 0.6
# The chance that a repeat purchase is the last: beta distributed; or the chance to leave on a day, gamma distributed.
DROPOUT_A, DROPOUT_B = 1.0, 22.0
HAZARD_SHAPE, HAZARD_MEAN = 1.5, 0.003
GROUPS = 5
LEVELS = ("Bronze", "Silver", "Gold")
CITIES = ("London", "Leeds", "York", "Bath", "Bristol", "Glasgow", "Cardiff", "Belfast")
CITY_SHARES = (0.30, 0.14, 0.08, 0.07, 0.12, 0.13, 0.09, 0.07)
FIRST = ("Ada", "Ben", "Cara", "Dev", "Elsie", "Finn", "Grace", "Hugo", "Isla", "Jack", "Kiran", "Lena", "Mona", "Noah")
LAST = ("Archer", "Brook", "Carter", "Dale", "Ellis", "Flint", "Grove", "Hill", "Irwin", "Knight", "Lane", "Moss")
STREETS = ("Mill Road", "Church Lane", "High Street", "Station Road", "Park View", "Orchard Close", "Bridge Street")


@dataclass
class People:
    """The customers, one row each: what they are like, and where they stand in their life.

    `joins` to `silent_at` are in pace; a customer who does not buy again has `next_at` infinite.
    """

    number: Ints
    rate: Floats
    dropout: Floats
    browsing: Floats
    basket: Floats
    patience: Floats
    group: Ints
    level: Ints
    city: Ints
    joins: Floats
    next_at: Floats
    silent_at: Floats
    fading: Bools
    orders: Ints
    annoyed: Floats

    def rows(self, chosen: Ints | Bools) -> Self:
        """Return some of them."""
        return type(self)(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def with_more(self, others: Self) -> Self:
        """Return these and others."""
        both = {one.name: (getattr(self, one.name), getattr(others, one.name)) for one in fields(self)}
        return type(self)(**{name: np.concatenate(pair) for name, pair in both.items()})


def people(count: int, first: int, mode: str, joining: tuple[float, float], chance: np.random.Generator) -> People:
    """Return `count` customers, numbered from `first`, who join at an even pace between two moments."""
    if mode == GAMMA_POISSON:
        rate = chance.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, count)
        dropout = chance.beta(DROPOUT_A, DROPOUT_B, count)
        typical = RATE_MEAN
    else:
        rate = RATE_MEDIAN * np.exp(RATE_SPREAD * chance.standard_normal(count))
        dropout = chance.gamma(HAZARD_SHAPE, HAZARD_MEAN / HAZARD_SHAPE, count)
        typical = RATE_MEDIAN
    # Who buys often is more likely to hold a better card.
    standing = 0.9 * np.log(np.maximum(rate, 1e-6) / typical) + chance.standard_normal(count)
    joins = chance.uniform(*joining, count)
    return People(
        number=np.arange(first, first + count),
        rate=rate,
        dropout=dropout,
        browsing=chance.gamma(2.0, 0.35, count),
        basket=chance.uniform(0.4, 2.2, count),
        patience=0.5 * chance.standard_normal(count),
        group=chance.integers(GROUPS, size=count),
        level=np.digitize(standing, (0.0, 1.1)),
        city=chance.choice(len(CITIES), count, p=CITY_SHARES),
        joins=joins,
        next_at=joins.copy(),
        silent_at=np.full(count, np.inf),
        fading=np.zeros(count, bool),
        orders=np.zeros(count, np.int64),
        annoyed=np.zeros(count),
    )


def customer_id(number: int) -> str:
    """Return a customer's id."""
    return f"S{number:05d}"


def profile(number: int, seed: int, level: int, city: int, first_day: date) -> dict[str, str | None]:
    """Return a customer's profile, the same whenever it is asked for; one in ten gave no address."""
    chance = Random(f"{seed}/{number}")
    first, last = chance.choice(FIRST), chance.choice(LAST)
    birth_date = first_day - timedelta(days=int(chance.triangular(18, 80, 38) * 365.25))
    address = f"{chance.randint(1, 180)} {chance.choice(STREETS)}, {CITIES[city]}"
    return {
        "gender": chance.choice(("Female", "Male")),
        "birth_date": birth_date.isoformat(),
        "city": CITIES[city],
        "membership_type": LEVELS[level],
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@example.org".lower(),
        "address": address if chance.random() < 0.9 else None,
    }
