"""What stands in each column of a file: the shapes of its cells, over all rows, in bounded memory.

The shape of a cell is its text with every digit as 9. A column has few of them: a format that fits one cell of a shape
fits the others where their numbers lie in its ranges, so only the least and greatest number at each place are kept.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from streaming.reading.dialect import EMPTY_VALUES

DIGIT, NUMBER = re.compile(r"[0-9]"), re.compile(r"[0-9]+")
# Beyond these a column is free text, or an identity; neither needs more to be told.
MOST_SHAPES, MOST_DISTINCT, LONGEST_CELL = 300, 20_000, 64
MOST_EXAMPLES = 5


@dataclass
class Shape:
    """Different cells of one shape: the first ones, the first's row, the least and greatest number at each place."""

    examples: list[str]
    row: int
    least: list[int]
    greatest: list[int]
    cells: int = 1

    @property
    def example(self) -> str:
        """Return the first cell."""
        return self.examples[0]

    def add(self, text: str, numbers: Sequence[int]) -> None:
        """Take one more cell."""
        self.cells += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(text)
        self.least = list(map(min, self.least, numbers))
        self.greatest = list(map(max, self.greatest, numbers))


@dataclass
class Column:
    """One column of a file; `distinct` holds its different cells, up to a bound."""

    name: str
    rows: int = 0
    empty: int = 0
    is_free_text: bool = False
    shapes: dict[str, Shape] = field(default_factory=dict)
    distinct: set[str] = field(default_factory=set)

    def add(self, row: int, cell: str) -> None:
        """Take the cell of a row, rows being numbered from 1 below the header."""
        text = cell.strip()
        self.rows += 1
        if text in EMPTY_VALUES:
            self.empty += 1
        elif text not in self.distinct:
            if len(self.distinct) < MOST_DISTINCT:
                self.distinct.add(text)
            if not self.is_free_text:
                self.add_shape(row, text)

    def add_shape(self, row: int, text: str) -> None:
        """Take a cell's shape."""
        shape, numbers = DIGIT.sub("9", text), [int(digits) for digits in NUMBER.findall(text)]
        if known := self.shapes.get(shape):
            known.add(text, numbers)
        elif len(self.shapes) < MOST_SHAPES and len(text) <= LONGEST_CELL:
            self.shapes[shape] = Shape([text], row, numbers, numbers)
        else:
            self.is_free_text = True
            self.shapes.clear()

    @property
    def filled(self) -> int:
        """Return how many cells hold something."""
        return self.rows - self.empty


def profiles(header: Sequence[str], records: Iterable[Sequence[str]]) -> list[Column]:
    """Return a profile of each column; records of another width are left out."""
    columns = [Column(name.strip()) for name in header]
    for row, cells in enumerate(records, start=1):
        if len(cells) == len(columns):
            for column, cell in zip(columns, cells, strict=True):
                column.add(row, cell)
    return columns
