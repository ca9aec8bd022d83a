"""Oddities that a detector should find: drawn apart from all else, so that without them the rest is the same."""

from collections.abc import Callable, Iterator
from random import Random

import numpy as np

from streaming.simulate.behaviour import Purchases
from streaming.simulate.draft import Draft, key
from streaming.simulate.goods import PRODUCTS, line
from streaming.simulate.people import customer_id
from streaming.simulate.render import MINUTE_MS, Renderer, given_back, order, visit


class Anomalies:
    """Adds oddities beside a share of the orders."""

    def __init__(self, render: Renderer, seed: int, share: float, chance: np.random.Generator) -> None:
        """Take what names orders, and how many orders of all are followed by an oddity."""
        self.render = render
        self.share = share
        self.chance = chance
        self.detail = Random(f"anomalies/{seed}")

    def beside(self, bought: Purchases) -> Iterator[Draft]:
        """Yield the events of oddities by some of those who bought, soon after it."""
        odd = np.flatnonzero(self.chance.random(bought.at.size) < self.share)
        for row, at in zip(odd.tolist(), self.render.calendar.clock(bought.at[odd]).tolist(), strict=True):
            kind = self.detail.choice(list(KINDS))
            begin = at + self.detail.randint(5, 600) * MINUTE_MS
            drafts = KINDS[kind](
                self, customer_id(int(bought.number[row])), self.render.nth(int(bought.nth[row])), begin
            )
            yield from (draft._replace(mark=kind) for draft in drafts)

    def one_line_order(self, who: str, nth: str, at: int, pieces: int, price: str | None = None) -> Draft:
        """Return an order of one line."""
        return Draft(at, at, "orders", key(who), order(who, nth, line(self.product(), pieces, price), False))

    def product(self) -> int:
        """Return any product."""
        return self.detail.randrange(len(PRODUCTS))

    def huge(self, who: str, nth: str, at: int) -> Iterator[Draft]:
        """Yield one order of hundreds of pieces."""
        yield self.one_line_order(who, f"{nth}-X", at, self.detail.randint(300, 2_000))

    def tiny(self, who: str, nth: str, at: int) -> Iterator[Draft]:
        """Yield one order at a hundredth of a pound."""
        yield self.one_line_order(who, f"{nth}-X", at, self.detail.randint(1, 6), "0.01")

    def orders(self, who: str, nth: str, at: int) -> Iterator[Draft]:
        """Yield a dozen orders within an hour."""
        for turn in range(self.detail.randint(8, 15)):
            yield self.one_line_order(who, f"{nth}-X{turn}", at + turn * 4 * MINUTE_MS, self.detail.randint(1, 3))

    def returns(self, who: str, nth: str, at: int) -> Iterator[Draft]:
        """Yield many returns of one order within a day."""
        for turn in range(self.detail.randint(6, 10)):
            moment = at + turn * 90 * MINUTE_MS
            content = given_back(who, f"{nth}-X{turn}", nth, line(self.product(), self.detail.randint(1, 3)))
            yield Draft(moment, moment, "returns", key(who), content)

    def visits(self, who: str, nth: str, at: int) -> Iterator[Draft]:
        """Yield many visits of a second or two with very many pages, as by a program."""
        for turn in range(self.detail.randint(40, 80)):
            pages = self.detail.randint(40, 90)
            moment, visit_id = at + turn * 20_000, f"{who}-{nth}-X{turn}"
            content = visit(who, visit_id, "other", "other", self.detail.randint(1, 2), pages, pages, 0)
            yield Draft(moment, moment, "visits", key(who), content)


KINDS: dict[str, Callable[[Anomalies, str, str, int], Iterator[Draft]]] = {
    "huge_order": Anomalies.huge,
    "tiny_price": Anomalies.tiny,
    "order_burst": Anomalies.orders,
    "return_burst": Anomalies.returns,
    "bot_visits": Anomalies.visits,
}
