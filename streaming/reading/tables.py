"""Rows of files that are no CSV, as the records that CSV of the same would have.

A workbook, a Parquet file and lines of JSON have cells with types. Each becomes the text that the mapping's dialect has
for it, so that what reads a row knows one kind of record: numbers with the mapping's mark before decimals, times in the
first of its formats that says all of them, else in ISO 8601.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import UsageError
from streaming.reading.dialect import COMMA, POINT, Dialect
from streaming.reading.instants import EPOCH, reader
from streaming.reading.record import Broken, Quoted
from streaming.reading.time_formats import render

# Beyond these a floating-point number may have lost digits, so it is written as what has.
MOST_WHOLE = 10**15
BARE = frozenset('"\r\n')


class Fault(NamedTuple):
    """Why a row cannot be read, and what stands there."""

    reason: str
    text: str


Row = tuple[int, Sequence[Any] | Fault]


class UnfitCellError(Exception):
    """A cell cannot become text; the text says why."""


class Writer:
    """Writes rows as records of a dialect."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        """Take the file that rows are of, and how their records are written."""
        self.path, self.delimiter, self.zone = path, dialect.delimiter, dialect.time_zone
        self.mark = dialect.decimal or POINT
        self.is_declared = dialect.decimal is not None
        self.readers = [(one, reader(one, dialect.time_zone)) for one in dialect.time_formats]
        # Times come again and again, and numbers are few.
        self.moment = lru_cache(65536)(self.moment_text)

    def records(self, header: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
        """Yield the header and each row, given with its number in the file, as a record.

        Raises:
            UsageError: the header lacks the name of a column.
        """
        # Table programs and libraries leave the column of row numbers, the first, without a name.
        if blank := next((place for place, name in enumerate(header, start=1) if place > 1 and not name.strip()), None):
            raise UsageError(
                f"{self.path}: the header has no name in column {blank} of {len(header)}; the first row must have one"
                " for each column: part merged cells, and take away what stands above it"
            )
        yield self.record([name.strip() for name in header])
        for number, row in rows:
            if isinstance(row, Fault):
                yield broken(row.text, number, row.reason)
                continue
            try:
                texts = [self.cell(value) for value in row]
            except UnfitCellError as error:
                shown = self.delimiter.join("" if value is None else str(value) for value in row)
                yield broken(shown.replace("\0", "").encode(errors="replace").decode(), number, str(error))
                continue
            if any(texts):
                yield self.record(texts)

    def record(self, cells: list[str]) -> str:
        """Return cells as one record."""
        text = self.delimiter.join(cells)
        if BARE.isdisjoint(text) and text.count(self.delimiter) == len(cells) - 1:
            return text
        quoted = self.delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)
        return Quoted.of(quoted, cells)

    def cell(self, value: Any) -> str:
        """Return a cell as text.

        Raises:
            UnfitCellError: it is no text, or holds what none may.
        """
        if isinstance(value, str):
            return legible(value)
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float | Decimal):
            return self.number(value)
        if isinstance(value, datetime | date):
            return self.moment(value)
        return self.other(value)

    def other(self, value: Any) -> str:
        """Return a cell of a rarer type as text."""
        if isinstance(value, time):
            return value.isoformat()
        if isinstance(value, timedelta):
            return str(value)
        if isinstance(value, bytes):
            try:
                return legible(value.decode())
            except UnicodeDecodeError:
                raise UnfitCellError("a cell has bytes that are no text") from None
        return legible(json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":")))

    def number(self, value: float | Decimal) -> str:
        """Return a number as the dialect writes it; one that lost digits says so, and none has two readings."""
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                return ""
            if abs(value) >= MOST_WHOLE:
                return f"{value:E}"
            if value == int(value):
                return str(int(value))
            value = Decimal(repr(value))
        text = f"{value:f}"
        whole, point, decimals = text.partition(".")
        # What three decimals are is known here, and would be in doubt in a text.
        decimals += "0" if len(decimals) == 3 and not self.is_declared else ""
        return f"{whole}{self.mark if point else ''}{decimals}"

    def moment_text(self, value: datetime | date) -> str:
        """Return a time in the first format that says all of it, else in ISO 8601; without a zone it is the shop's."""
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        plain = moment.isoformat() if isinstance(value, datetime) else value.isoformat()
        try:
            known = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
            milliseconds = (known - EPOCH) // timedelta(milliseconds=1)
            texts = ((plain if one == "iso" else render(one, known), read) for one, read in self.readers)
            return next((text for text, read in texts if read(text) == milliseconds), plain)
        except (OverflowError, ValueError):
            return plain


def broken(text: str, number: int, reason: str) -> Broken:
    """Return a row that cannot be read; with a quote in it, since a record without one is taken apart unasked."""
    return Broken.of(text if '"' in text else f'"{text}"', number, reason)


def legible(text: str) -> str:
    """Return a text.

    Raises:
        UnfitCellError: it holds a NUL, or halves of letters, which no store takes.
    """
    if "\0" in text:
        raise UnfitCellError("a cell holds a NUL")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnfitCellError("a cell holds half of a letter (a lone surrogate)") from None
    return text


def typed_dialect(dialect: Dialect) -> Dialect:
    """Return a dialect by which rows are looked at of which nothing is known yet: points, ISO 8601."""
    return replace(dialect, delimiter=COMMA, time_formats=("iso",))
