"""Files beside an order history: each row is an event, or a part of one, staged on disk until it is sent."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as quoted
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from common.errors import UsageError
from streaming.reading.cells import UnreadableError, is_readable
from streaming.reading.ids import Ids
from streaming.reading.instants import Instants, joined
from streaming.reading.numbers import Numbers
from streaming.reading.record import cells_of
from streaming.reading.records import Records
from streaming.replay.column_keys import CLOCK
from streaming.replay.contradictions import hold_contradictions
from streaming.replay.joins import Joins
from streaming.replay.mapping import FileMapping, attribute, condition
from streaming.replay.other_columns import OTHER_COLUMNS
from streaming.replay.times import day, on_its_clock

ROWS_AT_ONCE = 2_000
MOST_UNREADABLE = 0.5
FEWEST_UNREADABLE = 2
# A day of birth is that day in every zone.
DAYS = ZoneInfo("UTC")
# Of the envelope, and of a log alone.
NOT_OF_A_BODY = ("customer_id", "occurred_at", "session", "product_id", "event")
ADD = "insert into others values (?, ?, ?, ?, ?, ?, ?, ?)"


class Other(NamedTuple):
    """One row as an event: customer as JSON, milliseconds since 1970, further fields as JSON; or the reason why not.

    Where the file has no times, they are None. `rows` of the file are counted to it.
    """

    topic: str
    number: int
    customer: str
    ms: int | None
    body: str
    row: str = ""
    reason: str | None = None
    rows: int = 1


class Row(NamedTuple):
    """A row that counts: its number and text, its cells, customer and time."""

    number: int
    text: str
    cells: list[str]
    customer: str | None
    ms: int | None


class Staged(NamedTuple):
    """A row that was staged as a part of an event."""


@dataclass
class OtherFile:
    """Stages one file of a topic."""

    topic: str
    path: Path
    mapping: FileMapping
    ids: Ids
    notes: list[str] = field(default_factory=list)

    def stage(self, database: sqlite3.Connection) -> tuple[int, Counter[str]]:
        """Stage all rows and return how many they are, and how many of them are left out, by the reason.

        Raises:
            UsageError: the file or most of its rows cannot be read.
        """
        records = Records(self.path, self.mapping)
        joins = Joins(database, self.path, records.header, self.mapping) if self.mapping.joins else None
        mapping = replace(self.mapping, delimiter=records.delimiter)
        positions = records.positions(mapping.used_columns, joins.header if joins else [])
        rows = self.kind(database, self.topic, mapping, positions, self.ids, joins, len(records.header))
        records.is_row = rows.is_row
        number = unreadable = 0
        left_out: Counter[str] = Counter()
        first: Other | None = None
        while texts := list(islice(records, ROWS_AT_ONCE)):
            others = []
            for place, text in enumerate(texts, start=number + 1):
                if nothing := self.no_row(text, records):
                    left_out[nothing] += 1
                    continue
                others.append(rows.event(place, text))
            number += len(texts)
            left_out["conditions"] += others.count(None)
            kept = [one for one in others if isinstance(one, Other)]
            faults = [one for one in kept if one.reason is not None]
            unreadable, first = unreadable + len(faults), first or next(iter(faults), None)
            database.executemany(ADD, kept)
        if first and unreadable >= FEWEST_UNREADABLE and unreadable > MOST_UNREADABLE * (number - left_out.total()):
            raise UsageError(
                f"{self.path}: {unreadable:,} of {number:,} rows cannot be read: row {first.number:,}: {first.reason};"
                f" mend files.{self.topic} in the mapping; nothing was sent"
            )
        database.executemany(ADD, rows.finish(number))
        hold_contradictions(database, self.topic)
        self.notes += records.doubts()
        return number, left_out + rows.left_out

    def no_row(self, text: str, records: Records) -> str:
        """Return why a record is no row that anybody misses, nothing where it is one."""
        if text == records.header_text:
            return "headers"
        return "" if text.strip(f'{records.delimiter}" \t\r\n') else "blanks"

    @property
    def kind(self) -> "type[OtherRows]":
        """What reads the rows of the file."""
        # Here, as each is a kind of what this module reads.
        from streaming.replay.return_rows import ReturnRows
        from streaming.replay.visit_rows import LogRows, VisitRows

        if self.topic == "visits":
            return LogRows if "event" in self.mapping.given else VisitRows
        return ReturnRows if self.topic == "returns" else OtherRows


class OtherRows:
    """Reads the rows of a file, each of which is an event; other kinds stage parts, of which `finish` makes events."""

    needs_customer = True

    def __init__(
        self,
        database: sqlite3.Connection,
        topic: str,
        mapping: FileMapping,
        positions: dict[str, int],
        ids: Ids,
        joins: Joins | None,
        width: int,
    ) -> None:
        """Take what the columns mean and where they stand, and how many cells a row of the file has."""
        self.database, self.topic, self.mapping, self.ids = database, topic, mapping, ids
        self.joins, self.width = joins, width
        self.left_out: Counter[str] = Counter()
        self.positions = positions
        self.conditions = [(positions[condition(column)], words) for column, words in mapping.only.items()]
        self.numbers = Numbers(mapping)
        instants = Instants(mapping.time_formats, mapping.time_zone)
        days = Instants(mapping.time_formats, DAYS)
        self.moment = lru_cache(65536)(lambda text: instants.milliseconds(text, "occurred_at"))
        self.readers: dict[str, Callable[[str], Any]] = {
            "rating_id": lambda text: ids.read(text, "rating_id"),
            "order_id": lambda text: ids.read(text, "order_id"),
            "rating": lambda text: self.numbers.whole(text, "rating"),
            "birth_date": lambda text: (
                day(days.milliseconds(on_its_clock(text), "birth_date")) if ids.known(text) else None
            ),
        }

    def is_row(self, cells: Sequence[str]) -> bool:
        """Return whether as many cells as the header has look like those of a row, by its rating and its time."""
        readers: dict[str, Callable[[str], Any]] = {"rating": self.readers["rating"], "occurred_at": self.moment}
        places = [(self.positions.get(name, self.width), read) for name, read in readers.items()]
        return all(is_readable(read, cells[place]) for place, read in places if place < self.width)

    def event(self, number: int, text: str) -> "Other | Staged | None":
        """Return what becomes of a row; None where the mapping leaves it out."""
        cells: list[str] = []
        try:
            cells = cells_of(text, self.mapping.delimiter)
            if len(cells) != self.width:
                raise UnreadableError(f"{len(cells)} cells instead of {self.width}")
            cells = self.joins.extend(cells) if self.joins else cells
            if any(cells[place].strip().casefold() not in words for place, words in self.conditions):
                return None
            customer = self.ids.customer(self.cell(cells, "customer_id"))
            if customer is None and self.needs_customer:
                raise UnreadableError("customer_id is empty")
            moment = self.cell(cells, "occurred_at")
            if CLOCK in self.positions:
                moment = joined(moment, cells[self.positions[CLOCK]])
            ms = self.moment(moment) if moment or "occurred_at" in self.positions else None
            return self.made(Row(number, text, cells, customer, ms))
        except UnreadableError as reason:
            self.hold(number, cells, str(reason))
            return Other(self.topic, number, "null", None, "", text, str(reason))

    def made(self, row: "Row") -> "Other | Staged | None":
        """Return the event of a row, or that it was staged as a part of one.

        Raises:
            UnreadableError: a cell is not what its column holds.
        """
        customer = "null" if row.customer is None else quoted(row.customer)
        return Other(self.topic, row.number, customer, row.ms, self.body(row.cells), row.text)

    def hold(self, number: int, cells: list[str], reason: str) -> None:
        """Take note of a row that cannot be read."""

    def finish(self, rows: int) -> Iterator[Other]:
        """Yield the events of what was staged; so many rows were read."""
        yield from ()

    def cell(self, cells: Sequence[str], name: str) -> str:
        """Return the text of a column or constant, empty where there is neither."""
        place = self.positions.get(name)
        return self.mapping.constants.get(name, "") if place is None else cells[place]

    def body(self, cells: Sequence[str]) -> str:
        """Return the fields of an event behind its envelope, as JSON without its braces."""
        values = {}
        for name in OTHER_COLUMNS[self.topic]:
            if name not in NOT_OF_A_BODY:
                read = self.readers.get(name, lambda text: self.ids.known(text) or None)
                values[name] = read(self.cell(cells, name))
        texts = ((name, self.ids.public(self.cell(cells, attribute(name)))) for name in self.mapping.attributes)
        if attributes := {name: text for name, text in texts if text}:
            values["attributes"] = attributes
        if self.topic == "ratings" and values["rating_id"] is None:
            values["rating_id"] = values["order_id"]
            if values["rating_id"] is None:
                raise UnreadableError("rating_id and order_id are empty")
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]


def events_of(database: sqlite3.Connection, topics: Iterable[str]) -> Iterator[Other]:
    """Yield the rows of all files, topic by topic, in the order of the files."""
    for topic in topics:
        rows = database.execute("select * from others where topic = ? order by number", (topic,))
        yield from map(Other._make, rows)
