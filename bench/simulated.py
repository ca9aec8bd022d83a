"""The purchases of the simulator's customers as columns, without events; and what is known of them at a cut."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from common.contracts.model import FOLDER, load
from streaming.simulate import goods
from streaming.simulate.behaviour import Purchases
from streaming.simulate.calendar import DAY_MS, Calendar
from streaming.simulate.people import customer_id
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
PRICES = np.array(goods.PRICES, float)


@dataclass(frozen=True)
class History:
    """Purchases, one row each, ordered by customer and moment.

    Args:
        days: of the history; cuts are midnights, counted in days from its first.
        number: of the customer.
        at: the moment in pace.
        day: the day of the clock, counted from the first.
        amount: what was paid, before returns.
    """

    days: int
    calendar: Calendar
    number: Ints
    at: Floats
    day: Ints
    amount: Floats

    @cached_property
    def first(self) -> Ints:
        """Return each customer's first row, by number."""
        return np.searchsorted(self.number, np.arange(self.number.max() + 1))

    def orders(self, cut: int) -> Ints:
        """Return how many purchases each customer made before a cut, by number."""
        return np.bincount(self.number[self.day < cut], minlength=self.first.size)

    def ends(self, cut: int) -> tuple[Ints, Ints, Ints]:
        """Return the numbers of the customers with a purchase before a cut, their first rows, and their last ones."""
        orders = self.orders(cut)
        known = np.flatnonzero(orders)
        return known, self.first[known], self.first[known] + orders[known] - 1

    def features(self, cut: int) -> dict[str, Iterable[Any]]:
        """Return columns of `churn_features`, a row per customer with a purchase before the cut, by number."""
        known, first, last = self.ends(cut)
        before = self.day < cut
        return {
            "customer_id": [customer_id(number) for number in known.tolist()],
            "recency_days": cut - self.day[last],
            "frequency": last - first + 1,
            "monetary": np.bincount(self.number[before], self.amount[before])[known],
            "tenure_days": cut - self.day[first],
        }

    def silent(self, cut: int, horizon: int) -> npt.NDArray[np.bool_]:
        """Return which of them bought nothing in the `horizon` days from the cut."""
        known, *_ = self.ends(cut)
        return self.orders(cut + horizon)[known] == self.orders(cut)[known]

    def rhythm(self, cut: int) -> tuple[Floats, Floats, Floats]:
        """Return repeated purchases and, in pace from the first one, the moments of the last and of the cut."""
        _, first, last = self.ends(cut)
        began = self.at[first]
        return (last - first).astype(float), self.at[last] - began, self.calendar.pace(cut) - began


def history(options: Options) -> History:
    """Return what the customers of a simulated history buy before its end."""
    with tempfile.TemporaryDirectory() as folder, Truth(Path(folder) / "truth.jsonl") as truth:
        shop = Shop(options, truth, load(FOLDER).versions)
        chance = np.random.default_rng(options.seed)
        bought = [(one.number, one.at, amounts(one, chance)) for one in purchases(shop)]
    number, at, amount = (np.concatenate(column) for column in zip(*bought, strict=True))
    order = np.lexsort((at, number))
    day = shop.calendar.clock(at) // DAY_MS
    return History(options.days, shop.calendar, number[order], at[order], day[order], amount[order])


def purchases(shop: Shop) -> Iterator[Purchases]:
    """Yield the purchases of `Shop.history`: slice by slice, since the visits draw from the same generator."""
    days, pace = shop.options.days, shop.calendar.pace
    while shop.day < days:
        begin, shop.day = shop.day, min(shop.day + shop.options.slice_days, days)
        shop.world.visits(pace(begin), pace(shop.day))
        yield from shop.world.purchases(pace(shop.day))


def amounts(bought: Purchases, chance: np.random.Generator) -> Floats:
    """Return what each purchase costs: a basket as the shop's, though not the very one."""
    baskets = goods.baskets(bought.basket, bought.group, chance)
    return np.add.reduceat(PRICES[baskets.product] * baskets.pieces, baskets.first[:-1])
