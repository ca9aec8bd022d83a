"""Cells of other files, put behind those of a row that has the same key: an order's file beside that of its lines."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from common.errors import UsageError
from streaming.reading.cells import UnreadableError, shown
from streaming.reading.record import cells_of, legible_cells
from streaming.reading.records import Records
from streaming.replay.mapping import FileMapping, Join

ROWS_OF = """
create table if not exists joined (file integer, key text, row text, fault text, used integer, primary key (file, key))
without rowid
"""
# A row that stands twice is one; two that differ leave nothing to take.
ADD = """
insert into joined values (?, ?, ?, ?, 0) on conflict do update
set fault = coalesce(fault, 'stands more than once in it, with different cells') where row <> excluded.row
"""
FIND = "select row, fault, used from joined where file = ? and key = ?"
USE = "update joined set used = 1 where file = ? and key = ?"
UNUSED = "select count(*) from joined where file = ? and used = 0"


class Joins:
    """The files that a mapping joins to one of order lines, row by row on disk; `header` are the columns they add."""

    def __init__(self, database: sqlite3.Connection, path: Path, header: Sequence[str], mapping: FileMapping) -> None:
        """Read all files; they lie beside the one of the lines.

        Raises:
            UsageError: one is missing or lacks the column that it is joined by.
        """
        self.database, self.mapping, self.width = database, mapping, len(header)
        self.header: list[str] = []
        self.joined: list[Joined] = []
        database.execute(ROWS_OF)
        ((before,),) = database.execute("select coalesce(max(file) + 1, 0) from joined")
        for number, join in enumerate(mapping.joins, start=before):
            names = [*header, *self.header]
            if names.count(join.by) != 1:
                raise UsageError(
                    f"{path}: join by {join.by!r}, which is not one of the columns {', '.join(names)[:300]}"
                )
            one = Joined(database, number, path.parent / join.file, join, mapping)
            self.header += [f"{one.path.stem}.{name}" if name in names else name for name in one.added]
            self.joined.append(one)
        self.places = [(one, [*header, *self.header].index(one.by)) for one in self.joined]

    def extend(self, cells: list[str]) -> list[str]:
        """Return a row's cells with those of the other files behind them.

        Raises:
            UnreadableError: the row has not as many cells as its header, or another file has no row for it.
        """
        if len(cells) != self.width:
            raise UnreadableError(f"{len(cells)} cells instead of {self.width}")
        for one, place in self.places:
            cells = cells + one.cells(cells[place].strip())
        return cells

    def notes(self) -> Iterator[str]:
        """Yield of each file what is in doubt about it, and how many of its rows no other row names."""
        for one in self.joined:
            yield from one.doubts
            ((count,),) = self.database.execute(UNUSED, (one.number,))
            if count:
                yield f"{count:,} rows of {one.path.name} that no row names"


class Joined:
    """One file that is joined, by a column that both have."""

    def __init__(self, database: sqlite3.Connection, number: int, path: Path, join: Join, mapping: FileMapping) -> None:
        """Stage its rows by their key."""
        self.database, self.number, self.path, self.by = database, number, path, join.by
        # The mapping's own sheet is that of the file of the lines.
        records = Records(path, replace(mapping, sheet=join.sheet))
        self.delimiter = records.delimiter
        self.place = records.positions({"by": join.by})["by"]
        self.width = len(records.header)
        self.added = [name for place, name in enumerate(records.header) if place != self.place]
        database.executemany(ADD, self.rows(records))
        self.doubts = list(records.doubts())
        self.cells = lru_cache(4096)(self.find)

    def rows(self, records: Records) -> Iterator[tuple[int, str, str, str | None]]:
        """Yield number, key, text and fault of each row; one without a key can be nobody's."""
        for number, text in enumerate(records, start=1):
            fault = None
            try:
                cells = cells_of(text, self.delimiter)
            except UnreadableError as reason:
                cells, fault = legible_cells(text, self.delimiter, self.width), f"cannot be read there: {reason}"
            if len(cells) != self.width:
                fault = fault or f"has {len(cells)} cells instead of {self.width} there, in row {number}"
            key = cells[self.place].strip() if self.place < len(cells) else ""
            if key:
                yield self.number, key, text, fault

    def find(self, key: str) -> list[str]:
        """Return the cells of the row with a key, but for the key's own.

        Raises:
            UnreadableError: there is none, or it cannot be used.
        """
        if not key:
            raise UnreadableError(f"{self.by} is empty")
        row, fault, used = self.database.execute(FIND, (self.number, key)).fetchone() or ("", "is not in it", 1)
        if not used:
            self.database.execute(USE, (self.number, key))
        if fault:
            raise UnreadableError(f"{self.by} {shown(key)} of {self.path.name} {fault}")
        cells = cells_of(row, self.delimiter)
        return cells[: self.place] + cells[self.place + 1 :]
