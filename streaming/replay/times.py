"""Instants as the events have them."""

import re
from datetime import UTC, datetime
from functools import lru_cache

MS_PER_DAY = 86_400_000
MS_PER_HOUR = 3_600_000
# The offset of a time, which says nothing of its day.
OFFSET = re.compile(r"(?<=:\d\d)(\.\d+)?\s?[+-]\d\d:?\d\d$")


@lru_cache(65536)
def hour(number: int) -> str:
    """Return an hour, counted from 1970, as the contracts write it."""
    # Not strftime, which writes years before 1000 with fewer digits.
    return datetime.fromtimestamp(number * 3_600, UTC).isoformat(timespec="hours")[:13]


def iso(milliseconds: int) -> str:
    """Return milliseconds since 1970 as the contracts write an instant."""
    number, rest = divmod(milliseconds, MS_PER_HOUR)
    seconds, thousandths = divmod(rest, 1000)
    return f"{hour(number)}:{seconds // 60:02d}:{seconds % 60:02d}.{thousandths:03d}Z"


def on_its_clock(text: str) -> str:
    """Return a time as its own clock showed it, for the day of it."""
    return OFFSET.sub("+00:00", text.strip())


def day(milliseconds: int) -> str:
    """Return the UTC day of an instant."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
