"""A file of which most rows cannot be read: its mapping does not fit it, so nothing of it is sent."""

from pathlib import Path

from common.errors import UsageError
from streaming.reading.record import legible_cells
from streaming.replay.fragments import Parsed, Raw
from streaming.replay.rows import Rows

# Rows that lack a value may be those of orders whose first row alone carries it; nearly all of them are no such file.
MOST, NEARLY_ALL = 0.5, 0.9
# Of few rows, most say little; of one, all say nothing.
MANY_ROWS, FEWEST_UNREADABLE = 20, 2


class Refusal:
    """Counts the rows of a file that cannot be read."""

    def __init__(self, path: Path) -> None:
        """Have counted nothing."""
        self.path = path
        self.rows = self.unreadable = self.empty = 0
        self.first: Raw | None = None

    def count(self, rows: int, parsed: Parsed) -> None:
        """Take what became of some more rows."""
        self.rows += rows - parsed.left_out.total()
        self.unreadable += len(parsed.raw)
        self.empty += parsed.empty
        self.first = self.first or next(iter(parsed.raw), None)

    def require_readable(self, rows: Rows, delimiter: str) -> None:
        """Refuse the file where too many of its rows cannot be read.

        Raises:
            UsageError: it is refused; the text has the first reason and what would fit.
        """
        if self.first is None or not self.is_unfit():
            return
        number, text, reason, _ = self.first
        remedy = rows.remedy(reason, legible_cells(text, delimiter, rows.own_width))
        raise UsageError(
            f"{self.path}: {self.unreadable:,} of {self.rows:,} rows cannot be read:"
            f" row {number:,}: {reason}{remedy}; nothing was sent"
        )

    def is_unfit(self) -> bool:
        """Return whether the mapping is not one of this file, by how many rows it cannot read."""
        if self.unreadable < FEWEST_UNREADABLE:
            return False
        is_most = self.unreadable - self.empty > MOST * self.rows and self.rows >= MANY_ROWS
        return is_most or self.unreadable > NEARLY_ALL * self.rows
