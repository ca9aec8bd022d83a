"""Who the customers are: drawn once each, from a generator of their own."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

CITIES = ("London", "Leeds", "York", "Bath", "Bristol", "Glasgow", "Cardiff", "Belfast")
LEVELS = ("Gold", "Silver", "Bronze")
# Mean days between orders, and the chance of going silent after an order, by membership.
GAP_DAYS = {"Gold": 8.0, "Silver": 12.0, "Bronze": 18.0}
SILENCE = {"Gold": 0.012, "Silver": 0.025, "Bronze": 0.05}
YEAR = 365.25


@dataclass(frozen=True)
class Person:
    """One customer: a profile and habits; `joined_day` counts from the first day of the history."""

    customer_id: str
    gender: str
    birth_date: date
    city: str
    membership: str
    joined_day: float
    gap_days: float
    silence: float
    basket: float
    patience: float


def person(number: int, seed: int, days: int, first_day: date) -> tuple[Person, Random]:
    """Return a customer and the generator that their life goes on with."""
    chance = Random(f"{seed}/{number}")
    membership = chance.choices(LEVELS, (2, 3, 5))[0]
    age_days = int(chance.triangular(18, 80, 38) * YEAR)
    return (
        Person(
            customer_id=f"S{number:05d}",
            gender=chance.choice(("Female", "Male")),
            birth_date=first_day - timedelta(days=age_days),
            city=chance.choice(CITIES),
            membership=membership,
            joined_day=chance.uniform(0, days * 0.6),
            gap_days=GAP_DAYS[membership] * chance.lognormvariate(0, 0.35),
            silence=SILENCE[membership] * chance.lognormvariate(0, 0.5),
            basket=chance.uniform(1, 4) * (1.6 if membership == "Gold" else 1.0),
            patience=chance.gauss(0, 0.5),
        ),
        chance,
    )
