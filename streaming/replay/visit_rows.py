"""Files of visits: a row is a visit, or of a log of events a step of one."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from streaming.reading.cells import UnreadableError, is_readable, shown
from streaming.replay.mapping import IGNORED
from streaming.replay.other_columns import CART, VIEW
from streaming.replay.other_files import Other, OtherRows, Row, Staged
from streaming.sessionise.rules import VISITOR_BYTES, Step
from streaming.sessionise.stage import ADD_STEP, BY_VISITOR, STEPS
from streaming.sessionise.visits import Span, Visits, facts

COUNTS = ("seconds", "pages_viewed", "products_viewed", "products_in_cart")
# A step more than so many seconds behind the one before begins another visit, as in access logs.
PAUSE = 1_800
# A file of events is a shop's whole log, so each visit in it is whole, unlike one of an access log that was cut.
WHOLE = Span(-(1 << 40), 1 << 40, PAUSE)
# How a visitor came, where the log does not say.
UNKNOWN_CHANNEL = "other"
ROWS_AT_ONCE = 1_000


class VisitRows(OtherRows):
    """Reads the rows of a file of visits."""

    needs_customer = False

    def __init__(self, *arguments: Any) -> None:
        """Take what any file has."""
        super().__init__(*arguments)
        for name in COUNTS:
            self.readers[name] = self.count_of(name)
        self.readers["visit_id"] = lambda text: self.ids.read(text, "visit_id")

    def count_of(self, name: str) -> Callable[[str], int]:
        """Return what reads a number of a column."""
        return lambda text: self.numbers.whole(text, name)

    def body(self, cells: Sequence[str]) -> str:
        """Return the fields of a visit; words of channel and device in small letters."""
        values = json.loads(f"{{{super().body(cells)}}}")
        if values["visit_id"] is None:
            raise UnreadableError("visit_id is empty")
        words = {name: values[name] and values[name].lower() for name in ("channel", "device")}
        return json.dumps(values | words, ensure_ascii=False, separators=(",", ":"))[1:-1]


class LogRows(OtherRows):
    """Stages the rows of a log and puts them together to visits: of a customer, and of a session where there is one."""

    needs_customer = False

    def __init__(self, *arguments: Any) -> None:
        """Take what any file has."""
        super().__init__(*arguments)
        self.database.executescript(f"commit; {STEPS} begin;" if self.database.in_transaction else STEPS)
        self.steps: list[Step] = []

    def is_row(self, cells: Sequence[str]) -> bool:
        """Return whether cells look like those of a row, by the time and the word of the event."""
        place = self.positions.get("event")
        knows = place is None or (place < len(cells) and cells[place].strip().casefold() in self.mapping.events)
        moment = self.positions.get("occurred_at", self.width)
        return knows and (moment >= self.width or is_readable(self.moment, cells[moment]))

    def made(self, row: Row) -> Staged | None:
        """Stage a row as a step of a visit; None where its event is of none.

        Raises:
            UnreadableError: nobody knows whose it is, when it was, or what it means.
        """
        word = self.cell(row.cells, "event").strip()
        meaning = self.mapping.events.get(word.casefold())
        if meaning is None:
            raise UnreadableError(f"event {shown(word)} is not among the events of files.visits")
        session = self.ids.read(self.cell(row.cells, "session"), "session")
        if row.customer is None and session is None:
            raise UnreadableError("customer_id and session are empty")
        if row.ms is None:
            raise UnreadableError("occurred_at is empty")
        if meaning == IGNORED:
            return None
        self.add(self.step(row, word, meaning, session))
        return Staged()

    def step(self, row: Row, word: str, meaning: str, session: str | None) -> Step:
        """Return a row as a step of a visit."""
        product = self.ids.known(self.cell(row.cells, "product_id")) or None
        who = f"{row.customer}\n{session}".encode()
        return Step(
            visitor=hashlib.blake2b(who, digest_size=VISITOR_BYTES).digest(),
            at=(row.ms or 0) // 1000,
            target=f"{word}\n{product}",
            channel=(self.ids.known(self.cell(row.cells, "channel")) or UNKNOWN_CHANNEL).lower(),
            device=self.ids.known(self.cell(row.cells, "device")).lower() or None,
            customer_id=row.customer,
            is_page=meaning == VIEW,
            product=product if meaning == VIEW else None,
            carted=product if meaning == CART else None,
        )

    def add(self, step: Step) -> None:
        """Stage a step, many at once."""
        self.steps.append(step)
        if len(self.steps) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is not written yet."""
        self.database.executemany(ADD_STEP, self.steps)
        self.steps.clear()

    def finish(self, rows: int) -> Iterator[Other]:
        """Yield the visits that have a page, numbered behind the rows; the rows of the others are left out."""
        self.flush()
        ((pageless,),) = self.database.execute("select count(*) from steps")
        steps = map(Step._make, self.database.execute(BY_VISITOR))
        for number, visit in enumerate(Visits(WHOLE).of(steps), start=rows + 1):
            pageless -= visit.steps
            customer = "null" if visit.first.customer_id is None else quoted(visit.first.customer_id)
            body = json.dumps(facts(visit, "", b""), ensure_ascii=False, separators=(",", ":"))[1:-1]
            yield Other(self.topic, number, customer, 1000 * visit.last_at, body, rows=visit.steps)
        self.left_out["pageless"] = pageless
