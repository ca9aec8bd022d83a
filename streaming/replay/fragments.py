"""Records of the file as fragments: rows of one order that follow each other, with their lines already as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from streaming.reading.cells import EmptyError, UnreadableError
from streaming.reading.record import cells_of, legible_cells
from streaming.replay.rows import Line, Rows

# A NUL parts the rows of a fragment; no row has one, because a file that has any is refused.
ROW_END = "\0"
MOST_ROWS = 500


class Fragment(NamedTuple):
    """Rows of one order that follow each other, as the stage keeps them; `number` is that of the first.

    Fragments of the same `block` stand in the same place of the file: no row of another order lies between them.
    """

    number: int
    order_id: str
    customer_id: str | None
    occurred_ms: int
    block: int
    signs: int
    size: int
    lines: str
    about: str
    rows: str


class Raw(NamedTuple):
    """A row that cannot become part of an event, and why; `order_id` where it can be read."""

    number: int
    row: str
    reason: str
    order_id: str | None = None


@dataclass
class Parsed:
    """What became of some records; `left_out` counts those of no order, `empty` those of `raw` that lack a value."""

    fragments: list[Fragment] = field(default_factory=list)
    raw: list[Raw] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    empty: int = 0


class FragmentParser:
    """Parses the records of one file, chunk by chunk."""

    def __init__(self, rows: Rows, delimiter: str, header: str) -> None:
        """Take what reads a row, and the text of the header, which stands again where files were joined."""
        self.rows, self.delimiter, self.header = rows, delimiter, header
        self.number = 0
        self.block = 0
        self.order_id = ""
        self.customer_id: str | None = None
        self.members: list[Line] = []
        self.texts: list[str] = []

    def parse(self, texts: Sequence[str]) -> Parsed:
        """Return what becomes of the records that follow those of the last call."""
        parsed, rows, delimiter = Parsed(), self.rows, self.delimiter
        members, row_texts, fills = self.members, self.texts, rows.fill_down
        joins, conditions = rows.joins, rows.conditions
        for number, text in enumerate(texts, start=self.number + 1):
            try:
                # Most rows are plain, and a call for each of them is a twentieth of all the time.
                is_plain = '"' not in text and "\r" not in text
                cells = text.split(delimiter) if is_plain else cells_of(text, delimiter)
                if fills:
                    cells = fills.fill(cells)
                if joins:
                    cells = joins.extend(cells)
                if conditions and not rows.is_wanted(cells):
                    self.close(parsed, number)
                    parsed.left_out["conditions"] += 1
                    continue
                line = rows.line(cells)
            except UnreadableError as reason:
                self.close(parsed, number)
                cells = legible_cells(text, delimiter, rows.own_width)
                if fills:
                    cells = fills.fill(cells)
                self.set_aside(
                    parsed, Raw(number, text, str(reason), rows.order_id(cells)), isinstance(reason, EmptyError)
                )
                continue
            if line[0] != self.order_id or line[1] != self.customer_id or len(row_texts) >= MOST_ROWS:
                self.close(parsed, number)
                self.begin(line[0])
                self.customer_id = line[1]
            members.append(line)
            row_texts.append(text)
        self.number += len(texts)
        self.close(parsed, self.number + 1)
        return parsed

    def begin(self, order_id: str) -> None:
        """Count another block where the order is another one."""
        if order_id != self.order_id:
            self.block += 1
            self.order_id = order_id

    def set_aside(self, parsed: Parsed, raw: Raw, lacks_value: bool) -> None:
        """Keep a row that is no line; a blank one, and the header, where it stands again, are none that are missed."""
        if raw.row == self.header:
            parsed.left_out["headers"] += 1
            # Another file begins, so what follows stands in another place.
            self.order_id = ""
            return
        if not raw.row.strip(f'{self.delimiter}" \t\r\n'):
            parsed.left_out["blanks"] += 1
            return
        parsed.raw.append(raw)
        parsed.empty += lacks_value
        if raw.order_id:
            self.begin(raw.order_id)

    def close(self, parsed: Parsed, end: int) -> None:
        """Add the fragment that ends before a row to what was parsed, and empty the lists that it came from."""
        members, texts = self.members, self.texts
        if not members:
            return
        order_id, customer_id, occurred_ms, signs, lines, about = members[0]
        size = len(members)
        if size > 1:
            occurred_ms = min([line[2] for line in members])
            lines = ",".join([line[4] for line in members])
            for line in members:
                signs |= line[3]
            # Most files say nothing of an order as a whole, and others the same on each row.
            if self.rows.has_further:
                about = ",".join(filter(None, dict.fromkeys(line[5] for line in members)))
        kept = ROW_END.join(texts)
        place = end - size, order_id, customer_id, occurred_ms, self.block
        parsed.fragments.append(Fragment(*place, signs, size, lines, about, kept))
        members.clear()
        texts.clear()
