"""Records of the file as fragments: rows of one order that follow each other, with their lines already as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from streaming.replay.rows import Line, Rows, UnmappableError
from streaming.replay.source import cells_of

# A NUL parts the rows of a fragment; no row has one, because a file that has any is refused.
ROW_END = "\0"
MOST_ROWS = 500


class Fragment(NamedTuple):
    """Rows of one order that follow each other, as the stage keeps them; `number` is that of the first."""

    number: int
    order_id: str
    customer_id: str | None
    occurred_ms: int
    negative: bool
    size: int
    lines: str
    rows: str


class Raw(NamedTuple):
    """A row that cannot become part of an event, and why."""

    number: int
    row: str
    reason: str


@dataclass
class Parsed:
    """What became of some records."""

    fragments: list[Fragment] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)


def parse_records(rows: Rows, delimiter: str, first: int, texts: Iterable[str]) -> Parsed:
    """Return what becomes of records that follow each other, numbered from `first`."""
    parsed = Parsed()
    members: list[Line] = []
    row_texts: list[str] = []
    order_id, customer_id = "", None
    number = first
    for number, text in enumerate(texts, start=first):
        try:
            line = rows.line(cells_of(text, delimiter))
        except UnmappableError as reason:
            parsed.raw.append(Raw(number, text, str(reason)))
            close(parsed, number, members, row_texts)
            continue
        if line[0] != order_id or line[1] != customer_id or len(row_texts) >= MOST_ROWS:
            close(parsed, number, members, row_texts)
            order_id, customer_id = line[0], line[1]
        members.append(line)
        row_texts.append(text)
    close(parsed, number + 1, members, row_texts)
    return parsed


def close(parsed: Parsed, end: int, members: list[Line], row_texts: list[str]) -> None:
    """Add the fragment that ends before a row to what was parsed, and empty the lists that it came from."""
    if not members:
        return
    order_id, customer_id, occurred_ms, negative, lines = members[0]
    if len(members) > 1:
        occurred_ms = min(line.occurred_ms for line in members)
        negative = any(line.negative for line in members)
        lines = ",".join(line.json for line in members)
    size = len(members)
    parsed.fragments.append(
        Fragment(end - size, order_id, customer_id, occurred_ms, negative, size, lines, ROW_END.join(row_texts))
    )
    members.clear()
    row_texts.clear()
