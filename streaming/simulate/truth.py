"""What was done to the events and what the customers are like: a side file for evaluation, which no job reads.

JSON lines: `{"event_id", "customer", "topic", "mark"}` for each marked event (a fault or an anomaly, by its name) and
`{"customer", "mode", "rate", "dropout", "joined_on", "silent_on", "orders"}` for each customer, whose `silent_on` is
null where they go on; `rate` is purchases a day, `dropout` the chance to stop at a purchase, or a day.
"""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from common.errors import UserError
from streaming.simulate.calendar import DAY_MS, Calendar, Floats
from streaming.simulate.draft import Draft
from streaming.simulate.people import People, customer_id

ID = slice(len('{"event_id":"'), len('{"event_id":"') + 32)


class Truth:
    """The side file; it appears whole when the block ends well."""

    def __init__(self, path: Path) -> None:
        """Take where it goes.

        Raises:
            UserError: it cannot be written there.
        """
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self.marks: Counter[str] = Counter()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.file = self.part.open("w", encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}; --truth names another file for the truth") from None

    def mark(self, draft: Draft, value: bytes) -> None:
        """Note an event that is not as it should be."""
        self.marks[str(draft.mark)] += 1
        who = draft.key.split("/", 1)[1]
        self.write({"event_id": value[ID].decode(), "customer": who, "topic": draft.topic, "mark": draft.mark})

    def customers(self, people: People, mode: str, calendar: Calendar, first_day: date) -> None:
        """Note customers who joined."""
        there = people.rows(people.orders > 0)
        columns = (
            there.number.tolist(),
            there.rate.tolist(),
            there.dropout.tolist(),
            days(there.joins, calendar, first_day),
            days(there.silent_at, calendar, first_day),
            there.orders.tolist(),
        )
        for number, rate, dropout, joined_on, silent_on, orders in zip(*columns, strict=True):
            self.write(
                {
                    "customer": customer_id(number),
                    "mode": mode,
                    "rate": round(rate, 6),
                    "dropout": round(dropout, 6),
                    "joined_on": joined_on,
                    "silent_on": silent_on,
                    "orders": orders,
                }
            )

    def write(self, line: dict[str, Any]) -> None:
        """Write one line."""
        self.file.write(json.dumps(line, separators=(",", ":")) + "\n")

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Put the file in its place, or leave the part that was written beside it."""
        self.file.close()
        if kind is None:
            self.part.replace(self.path)


def days(pace: Floats, calendar: Calendar, first_day: date) -> list[str | None]:
    """Return moments in pace as days, null where they never come."""
    known = np.isfinite(pace)
    numbers = calendar.clock(np.where(known, pace, 0.0)) // DAY_MS
    return [
        (first_day + timedelta(days=number)).isoformat() if there else None
        for number, there in zip(numbers.tolist(), known.tolist(), strict=True)
    ]
