"""The records of a file: of CSV one line, or several where a quoted cell goes over their ends.

Rows of a workbook, a Parquet file or lines of JSON are records as CSV of the same would have them.

A quote that is never closed must not take the cells of the next record. Where a quote is open at the end of a line,
the cell goes on over the next lines until it is closed, unless one of these is a record by itself: then the line with
the open quote is broken, and reading goes on at the next line. A file that ends before either is refused.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from unicodedata import normalize

from common.errors import UsageError
from streaming.reading import opening
from streaming.reading.cells import UnreadableError
from streaming.reading.dialect import COMMA, Dialect
from streaming.reading.json_lines import json_rows
from streaming.reading.lines import Lines, encoding_of
from streaming.reading.opening import open_file, readable
from streaming.reading.parquet import parquet_rows
from streaming.reading.record import (
    NOT_CLOSED,
    Broken,
    OpenQuoteError,
    Quoted,
    cells_of,
    has_cr_outside_of_quotes,
    is_plain,
)
from streaming.reading.tables import Row, Writer
from streaming.reading.workbooks import sheet_rows

# A first line by which Excel is told what parts the cells.
TABS = re.compile(r"\.(?:tsv|tab)(?:\.gz)?$", re.IGNORECASE)
SEPARATOR = re.compile(r'"?sep=([^"])"?\s*', re.IGNORECASE)
# A quoted cell goes over so many lines and characters at most.
MOST_LINES, MOST_CHARACTERS = 1_000, 1 << 20
IsRow = Callable[[Sequence[str]], bool]


class Records:
    """The records of a file behind its header, each as the text that stands there; blank lines are none."""

    def __init__(self, path: Path, dialect: Dialect, is_row: IsRow = lambda _: True) -> None:
        """Take the file and what its bytes mean.

        Args:
            path: of the file; of text, gzip or not.
            dialect: its encoding and delimiter.
            is_row: whether as many cells as the header has look like those of a record; may be set later.
        """
        self.path, self.is_row, self.dialect = path, is_row, dialect
        self.encoding = dialect.encoding
        self.kind = opening.kind_of(path)
        self.delimiter = self.delimiter_by_name() if self.kind == opening.TEXT else dialect.delimiter
        self.lines: Lines | None = None
        self.block: list[str] = []
        self.at = self.begun = 0
        self.texts = self.all_records()
        self.header_text = next(self.texts)
        self.header = [normalize("NFC", name.strip()) for name in cells_of(self.header_text, self.delimiter)]

    def __iter__(self) -> Iterator[str]:
        """Yield the text of each record behind the header; one that is broken is a `Broken`."""
        return self.texts

    def positions(self, columns: dict[str, str], joined: Sequence[str] = ()) -> dict[str, int]:
        """Return where each mapped column stands, those that other files add behind the file's own.

        Raises:
            UsageError: a column is not there or stands twice; the text names the columns found.
        """
        names = [*self.header, *joined]
        found = {}
        for ours, column in columns.items():
            name = normalize("NFC", column.strip())
            if names.count(name) != 1:
                fault = "has no column" if name not in names else "has more than one column"
                raise UsageError(f"{self.path}: {fault} {column!r}; its columns are {', '.join(names)[:300]}")
            found[ours] = names.index(name)
        return found

    def doubts(self) -> Iterator[str]:
        """Yield what is in doubt about the file as a whole, once all of it was read."""
        if self.lines is not None and self.lines.ends_open:
            yield f"the last line of {self.path.name} has no end: if the file was cut short, so may be its last cell"

    def all_records(self) -> Iterator[str]:
        """Yield the text of each record, the header's first.

        Raises:
            UsageError: the file is missing, empty, damaged, of another encoding, or ends within quotes.
        """
        if self.kind != opening.TEXT:
            rows = self.rows()
            _, header = next(rows)
            yield from Writer(self.path, self.dialect).records(header, rows)
            return
        with readable(self.path), open_file(self.path) as file:
            self.lines = Lines(self.path, file, self.encoding)
            self.blocks = iter(self.lines)
            yield from self.first_record()
            while self.line(0) is not None:
                block, at, size = self.block, self.at, len(self.block)
                while at < size:
                    text = block[at]
                    if ('"' in text or "\r" in text) and not is_plain(text := text.rstrip("\r")):
                        break
                    at += 1
                    if text:
                        yield text
                self.at = at
                if at < size and (text := self.record()):
                    yield text

    def rows(self) -> Iterator[Row]:
        """Return the rows of a file that is no CSV, the header first."""
        if self.kind == opening.WORKBOOK:
            return sheet_rows(self.path, self.dialect.sheet)
        return parquet_rows(self.path) if self.kind == opening.PARQUET else json_rows(self.path, self.all_lines())

    def all_lines(self) -> Iterator[str]:
        """Yield the lines of a file of text."""
        with readable(self.path), open_file(self.path) as file:
            yield from chain.from_iterable(Lines(self.path, file, self.encoding))

    def delimiter_by_name(self) -> str:
        """Return the delimiter; where a file's name says tabs, and its header has some, a tab stands for the comma."""
        if self.dialect.delimiter == COMMA and TABS.search(self.path.name):
            with readable(self.path), open_file(self.path) as file:
                begin = file.read(opening.BYTES_LOOKED_AT)
            header = begin.decode(encoding_of(begin, self.encoding), "replace").lstrip().partition("\n")[0]
            return "\t" if "\t" in header else COMMA
        return self.dialect.delimiter

    def line(self, ahead: int) -> str | None:
        """Return a line that is not taken yet, the next one for 0; None behind the end of the file."""
        while self.at + ahead >= len(self.block):
            more = next(self.blocks, None)
            if more is None:
                return None
            self.begun += self.at
            self.block, self.at = self.block[self.at :] + more, 0
        return self.block[self.at + ahead]

    def first_record(self) -> Iterator[str]:
        """Yield the text of the header, of which nobody knows yet how many cells it has."""
        lines: list[str] = []
        while (line := self.line(0)) is not None and len(lines) < MOST_LINES:
            self.at += 1
            lines.append(line)
            text = "\n".join(lines).rstrip("\r")
            try:
                cells_of(text, self.delimiter)
            except OpenQuoteError:
                continue
            except UnreadableError as error:
                raise UsageError(f"{self.path}: line {self.begun + self.at}: not CSV ({error}); mend it") from None
            if text.strip() and not SEPARATOR.fullmatch(text):
                yield text
                return
            lines.clear()
        if lines:
            number = self.begun + self.at - len(lines) + 1
            raise UsageError(f"{self.path}: line {number}: not CSV ({NOT_CLOSED}); mend the header")
        raise UsageError(f"{self.path}: the file is empty")

    def record(self) -> str:
        """Return the record that begins with the next line, in which quotes or CRs stand; nothing where it is another.

        Raises:
            UsageError: the file ends within quotes.
        """
        text = self.block[self.at].rstrip("\r")
        try:
            cells = cells_of(text, self.delimiter)
        except OpenQuoteError:
            return self.record_over_lines(text)
        except UnreadableError as error:
            if has_cr_outside_of_quotes(text):
                self.part_at_crs(text)
                return ""
            return self.take_broken(text, str(error))
        self.at += 1
        return Quoted.of(text, cells)

    def record_over_lines(self, text: str) -> str:
        """Return the record whose first line ends within quotes."""
        is_whole = self.is_whole(text)
        lines, size = [self.block[self.at]], len(text)
        while (line := self.line(len(lines))) is not None:
            if self.is_record(line.rstrip("\r"), is_whole):
                break
            lines.append(line)
            size += len(line)
            if len(lines) > MOST_LINES or size > MOST_CHARACTERS:
                break
            if '"' not in line:
                continue
            joined = "\n".join(lines).rstrip("\r")
            try:
                cells = cells_of(joined, self.delimiter)
            except OpenQuoteError:
                continue
            except UnreadableError:
                break
            self.at += len(lines)
            return Quoted.of(joined, cells)
        if line is None and not is_whole:
            raise UsageError(
                f"{self.path}: line {self.begun + self.at + 1}: {NOT_CLOSED} up to the end of the file;"
                " fetch the file again if it was cut short, or double or close the quote"
            )
        return self.take_broken(text, NOT_CLOSED)

    def take_broken(self, text: str, fault: str) -> Broken:
        """Return the next line as a record that is broken."""
        self.at += 1
        return Broken.of(text, self.begun + self.at, fault)

    def part_at_crs(self, text: str) -> None:
        """Put in place of the next line the records in it that end with CRs; elsewhere a CR is a space."""
        pieces = [piece for piece in text.split("\r") if piece]
        are_records = all(self.is_record(piece, True) for piece in pieces)
        self.block[self.at : self.at + 1] = pieces if are_records else [text.replace("\r", " ")]

    def is_whole(self, text: str) -> bool:
        """Return whether a line would be a record by itself if its open quote were none, by its last cells."""
        cells, width = text.split(self.delimiter), len(self.header)
        return len(cells) >= width and self.is_row(cells[-width:])

    def is_record(self, text: str, may_be_odd: bool) -> bool:
        """Return whether a line is a record by itself; an odd quote in it may be what closes a cell of another one."""
        if '"' in text and not may_be_odd and text.count('"') % 2:
            return False
        try:
            cells = cells_of(text, self.delimiter)
        except (OpenQuoteError, UnreadableError):
            return False
        return len(cells) == len(self.header) and self.is_row(cells)
