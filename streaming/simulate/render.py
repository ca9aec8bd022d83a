"""What the customers did, as events: the numbers of `behaviour` with goods, texts and ids around them."""

import json
from collections.abc import Iterable
from datetime import date

import numpy as np

from streaming.simulate.behaviour import Purchases, Visits
from streaming.simulate.calendar import Calendar, Floats, Ints
from streaming.simulate.draft import CURRENCY, Draft, key
from streaming.simulate.goods import LINES, MOST_PIECES, POSTAGE, Baskets, baskets
from streaming.simulate.people import CITIES, customer_id, profile

CHANNELS, CHANNEL_SHARES = ("search", "email", "social", "direct", "advert", "other"), (0.34, 0.2, 0.14, 0.2, 0.1, 0.02)
DEVICES, DEVICE_SHARES = ("desktop", "mobile", "tablet", "other"), (0.36, 0.54, 0.09, 0.01)
DISCOUNTED, CHARGED_POSTAGE = 0.25, 0.3
# Of the purchases, those whose visit was seen; of the other visits, those by nobody known.
SEEN, UNKNOWN = 0.6, 0.08
MINUTE_MS = 60_000


class Renderer:
    """Makes events; what no behaviour follows from is drawn here, from a generator of its own."""

    def __init__(self, seed: int, first_day: date, chance: np.random.Generator) -> None:
        """Take the seed that profiles follow from and the day of the first midnight."""
        self.seed = seed
        self.first_day = first_day
        self.calendar = Calendar(first_day)
        self.chance = chance
        self.visits_made = 0
        self.tag = ""

    def nth(self, number: int) -> str:
        """Return what tells a customer's orders apart; a live run's tag keeps it from repeating those of another."""
        return f"{number:04d}{self.tag}"

    def purchases(self, bought: Purchases) -> list[Draft]:
        """Return the events of purchases: profiles of who is new, visits, orders, returns, ratings, moves."""
        at = self.calendar.clock(bought.at)
        goods = baskets(bought.basket, bought.group, self.chance)
        return [
            *self.profiles(bought, at, np.flatnonzero(bought.nth == 1)),
            *self.visits_of_buyers(bought, at),
            *self.orders(bought, at, goods),
            *self.returns(bought, goods),
            *self.ratings(bought),
            *self.moves(bought, at),
        ]

    def orders(self, bought: Purchases, at: Ints, goods: Baskets) -> Iterable[Draft]:
        """Yield the orders."""
        lines, first = goods.lines(), goods.first
        discounted = (self.chance.random(at.size) < DISCOUNTED).tolist()
        postage = (self.chance.random(at.size) < CHARGED_POSTAGE).tolist()
        rows = zip(
            bought.number.tolist(),
            bought.nth.tolist(),
            at.tolist(),
            first[:-1],
            first[1:],
            discounted,
            postage,
            strict=True,
        )
        for number, nth, moment, begin, end, cheaper, charged in rows:
            who = customer_id(number)
            content = ",".join(lines[begin:end]) + (f",{POSTAGE}" if charged else "")
            rest = order(who, self.nth(nth), content, cheaper)
            yield Draft(moment, moment, "orders", key(who), rest)

    def returns(self, bought: Purchases, goods: Baskets) -> Iterable[Draft]:
        """Yield the returns, each of a part of one line of an order."""
        back = np.flatnonzero(np.isfinite(bought.returned_at))
        at = self.calendar.clock(bought.returned_at[back]).tolist()
        for row, moment in zip(back.tolist(), at, strict=True):
            place = int(self.chance.integers(goods.first[row], goods.first[row + 1]))
            pieces = int(self.chance.integers(1, goods.pieces[place] + 1))
            who, nth = customer_id(int(bought.number[row])), self.nth(int(bought.nth[row]))
            content = LINES[int(goods.product[place]) * MOST_PIECES + pieces - 1]
            yield Draft(moment, moment, "returns", key(who), given_back(who, f"{nth}-B", nth, content))

    def ratings(self, bought: Purchases) -> Iterable[Draft]:
        """Yield the ratings."""
        rated = np.flatnonzero(bought.stars)
        at = self.calendar.clock(bought.rated_at[rated]).tolist()
        rows = zip(
            bought.number[rated].tolist(), bought.nth[rated].tolist(), bought.stars[rated].tolist(), at, strict=True
        )
        for number, nth, stars, moment in rows:
            who = customer_id(number)
            order_id = f"{who}-{self.nth(nth)}"
            about = f'"rating_id":"{order_id}-R","order_id":"{order_id}","rating":{stars}}}'
            yield Draft(moment, moment, "ratings", key(who), f'Z","customer_id":"{who}",{about}')

    def profiles(self, bought: Purchases, at: Ints, rows: Ints) -> Iterable[Draft]:
        """Yield the profiles of some buyers, a moment before they buy."""
        for row in rows.tolist():
            moment = max(0, int(at[row]) - MINUTE_MS)
            yield self.profile(int(bought.number[row]), int(bought.level[row]), int(bought.city[row]), moment)

    def moves(self, bought: Purchases, at: Ints) -> Iterable[Draft]:
        """Yield the profiles of those who moved to another city."""
        for row in np.flatnonzero(bought.moved).tolist():
            city = int(self.chance.integers(len(CITIES)))
            yield self.profile(int(bought.number[row]), int(bought.level[row]), city, int(at[row]) + MINUTE_MS)

    def profile(self, number: int, level: int, city: int, moment: int) -> Draft:
        """Return a customer's profile."""
        who = customer_id(number)
        content = json.dumps(profile(number, self.seed, level, city, self.first_day), separators=(",", ":"))
        return Draft(moment, moment, "customers", key(who), f'Z","customer_id":"{who}",{content[1:]}')

    def visits_of_buyers(self, bought: Purchases, at: Ints) -> Iterable[Draft]:
        """Yield the visits that ended in a purchase."""
        rows = np.flatnonzero(self.chance.random(at.size) < SEEN)
        before = self.chance.integers(1, 20 * MINUTE_MS, rows.size)
        return self.visits_at(bought.number[rows], np.maximum(0, at[rows] - before), unknown=0.0)

    def visits(self, unsold: Visits) -> Iterable[Draft]:
        """Yield visits without a purchase."""
        return self.visits_at(unsold.number, self.calendar.clock(unsold.at), UNKNOWN)

    def visits_at(self, number: Ints, at: Ints, unknown: float) -> Iterable[Draft]:
        """Yield visits that ended at moments; of a share of them nobody knows whose they are."""
        chance, count = self.chance, at.size
        pages = 1 + chance.poisson(6.0, count)
        products = chance.binomial(pages, 0.45)
        columns = (
            number.tolist(),
            at.tolist(),
            chance.choice(CHANNELS, count, p=CHANNEL_SHARES).tolist(),
            chance.choice(DEVICES, count, p=DEVICE_SHARES).tolist(),
            lengths(pages, chance).tolist(),
            pages.tolist(),
            products.tolist(),
            chance.binomial(products, 0.25).tolist(),
            (chance.random(count) < unknown).tolist(),
        )
        for visitor, moment, channel, device, seconds, viewed, looked, carted, nobody in zip(*columns, strict=True):
            self.visits_made += 1
            visit_id = f"V{self.visits_made:08d}{self.tag}"
            who = None if nobody else customer_id(visitor)
            content = visit(who, visit_id, channel, device, seconds, viewed, looked, carted)
            yield Draft(moment, moment, "visits", key(who or visit_id), content)


def lengths(pages: Ints, chance: np.random.Generator) -> Ints:
    """Return how many seconds visits of so many pages last."""
    seconds: Floats = pages * chance.gamma(1.5, 25.0, pages.size)
    return np.minimum(seconds.astype(np.int64) + 1, 7_200)


def order(who: str, nth: str, lines: str, discounted: bool) -> str:
    """Return an order after its time."""
    return (
        f'Z","customer_id":"{who}","order_id":"{who}-{nth}","kind":"sale","currency":"{CURRENCY}",'
        f'"discount_applied":{"true" if discounted else "false"},"lines":[{lines}]}}'
    )


def given_back(who: str, nth: str, order_nth: str, lines: str) -> str:
    """Return a return after its time."""
    return (
        f'Z","customer_id":"{who}","return_id":"{who}-{nth}","order_id":"{who}-{order_nth}",'
        f'"currency":"{CURRENCY}","lines":[{lines}]}}'
    )


def visit(who: str | None, visit_id: str, channel: str, device: str, *counts: int) -> str:
    """Return a visit after its time; `counts` are its seconds, pages, products viewed and products in the cart."""
    seconds, pages, products, carted = counts
    customer = f'"{who}"' if who else "null"
    return (
        f'Z","customer_id":{customer},"visit_id":"{visit_id}","channel":"{channel}","device":"{device}",'
        f'"seconds":{seconds},"pages_viewed":{pages},"products_viewed":{products},"products_in_cart":{carted}}}'
    )
