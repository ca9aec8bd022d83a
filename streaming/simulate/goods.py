"""What the shop sells: five groups of eight products, their fixed prices, and what is bought together."""

from dataclasses import dataclass

import numpy as np

from streaming.simulate.calendar import Floats, Ints
from streaming.simulate.people import GROUPS

NAMES = (
    ("Mug, red", "Mug, blue", "Teapot", "Tea tray", "Bowl", "Jug", "Plate", "Spoons"),
    ("Lantern", "Candle", "Candlestick", "Matches", "Oil lamp", "Fairy lights", "Shade", "Mirror"),
    ("Cushion, green", "Cushion, white", "Blanket", "Throw", "Rug", "Curtain", "Pillow", "Quilt"),
    ("Vase", "Frame", "Clock", "Basket", "Hook", "Shelf", "Bookend", "Globe"),
    ("Wrapping paper", "Ribbon", "Gift bag", "Card", "Bauble", "Wreath", "Stocking", "Garland"),
)
PRODUCTS = [name for group in NAMES for name in group]
PER_GROUP = len(NAMES[0])
PRICES = [f"{2 + 5 * number % 23}.{(95, 50, 25, 99)[number % 4]}" for number in range(len(PRODUCTS))]
POPULARITY = np.cumsum(1 / np.arange(1, PER_GROUP + 1)) / np.sum(1 / np.arange(1, PER_GROUP + 1))
# Products 0 and 1, 2 and 3 and so on of a group go together.
PARTNER = np.arange(len(PRODUCTS)) ^ 1
OWN_GROUP, WITH_PARTNER = 0.7, 0.25
MOST_LINES, MOST_PIECES = 12, 12
PIECES, PIECES_SHARES = (1, 2, 3, 6, 12), (0.50, 0.25, 0.12, 0.09, 0.04)


def line(product: int, pieces: int, price: str | None = None) -> str:
    """Return an order line as JSON."""
    return (
        f'{{"product_id":"P{product:02d}","description":"{PRODUCTS[product]}","quantity":{pieces},'
        f'"unit_price":"{price or PRICES[product]}","is_product":true}}'
    )


LINES = [line(product, pieces) for product in range(len(PRODUCTS)) for pieces in range(1, MOST_PIECES + 1)]
POSTAGE = '{"product_id":"POST","description":"Postage","quantity":1,"unit_price":"3.95","is_product":false}'


@dataclass(frozen=True)
class Baskets:
    """The lines of many orders: those of order n are rows `first[n]` to `first[n + 1]`."""

    first: list[int]
    product: Ints
    pieces: Ints

    def lines(self) -> list[str]:
        """Return each line as JSON."""
        return [LINES[place] for place in (self.product * MOST_PIECES + self.pieces - 1).tolist()]


def baskets(size: Floats, group: Ints, chance: np.random.Generator) -> Baskets:
    """Return what goes into orders of a mean size, by customers who prefer one group of products each."""
    count = 1 + np.minimum(chance.poisson(size), MOST_LINES - 1)
    first = np.concatenate(([0], np.cumsum(count)))
    total = int(first[-1])
    anywhere = chance.integers(GROUPS, size=total)
    preferred = np.where(chance.random(total) < OWN_GROUP, np.repeat(group, count), anywhere)
    product = preferred * PER_GROUP + np.searchsorted(POPULARITY, chance.random(total))
    paired = chance.random(total) < WITH_PARTNER
    paired[first[:-1]] = False
    after = np.flatnonzero(paired)
    product[after] = PARTNER[product[after - 1]]
    return Baskets(first.tolist(), product, chance.choice(PIECES, total, p=PIECES_SHARES))
