"""What only rows beside each other tell: which cells stand on the first row of an order alone."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from streaming.reading.dialect import EMPTY_VALUES

DIGIT = re.compile(r"\d")


@dataclass
class Habits:
    """Counts over rows that follow one of the same order, by our names of columns.

    `blank` is how often such a row leaves a cell empty that the order's first row has; `prefixes` has, of the letters
    with which ids of orders begin, how many rows there are and how many of them have negative pieces.
    """

    rows: int = 0
    without_order: int = 0
    is_last_without: bool = False
    blank: Counter[str] = field(default_factory=Counter)
    prefixes: Counter[str] = field(default_factory=Counter)
    negative: Counter[str] = field(default_factory=Counter)

    def fill_down(self) -> list[str]:
        """Return the columns of which some orders have a cell on their first row alone."""
        # One at the end alone has the sums of the rows above, and is no line of the last order.
        rows = self.without_order - self.is_last_without
        return (["order_id"] if 0 < rows < self.rows else []) + sorted(+self.blank)

    def return_prefix(self) -> str | None:
        """Return the letters of whose orders all pieces are negative; None where all orders begin so, or none."""
        alone = [one for one, rows in self.prefixes.items() if one and self.negative[one] == rows < self.rows]
        return max(alone, key=self.prefixes.__getitem__, default=None)


def habits_of(records: Iterable[Sequence[str]], places: Mapping[str, int], columns: Sequence[str]) -> Habits:
    """Return the habits of a file; `places` says where our columns stand, `columns` which of them an order has once."""
    habits, first, order = Habits(), {}, ""
    blank: list[str] = []
    width = max(places.values(), default=-1)
    for cells in records:
        if len(cells) <= width:
            continue
        values = {name: clean(cells[place]) for name, place in places.items()}
        if not any(values.values()):
            continue
        habits.rows += 1
        habits.is_last_without = not values["order_id"]
        habits.without_order += habits.is_last_without
        prefix = DIGIT.split(values["order_id"], maxsplit=1)[0]
        habits.prefixes[prefix] += 1
        habits.negative[prefix] += values.get("quantity", "").startswith("-")
        if values["order_id"] and values["order_id"] != order:
            order, first = values["order_id"], values
            continue
        blank = [name for name in columns if first.get(name) and not values[name]]
        habits.blank.update(blank)
    if habits.is_last_without:
        habits.blank.subtract(blank)
    return habits


def clean(cell: str) -> str:
    """Return what stands in a cell, nothing where it is one of the words for nothing."""
    text = cell.strip()
    return "" if text in EMPTY_VALUES else text
