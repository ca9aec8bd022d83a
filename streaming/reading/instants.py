"""Times of a file as instants: milliseconds since 1970 in UTC.

An offset or a zone in the text says which instant it is; the source's zone holds for times without one. A local hour
that the clock shows twice is taken the first time, one that it skips counts on from before the gap (PEP 495, fold=0).
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from streaming.reading.cells import unreadable

Read = Callable[[str], int | None]

NAMES = {"%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second"}
PARTS = tuple(NAMES.values())
MS_PER_MINUTE, MS_PER_DAY = 60_000, 86_400_000
EPOCH, EXCEL_DAY_0 = datetime(1970, 1, 1, tzinfo=UTC), datetime(1899, 12, 30)
# From 1973 on, so that seconds and milliseconds have no number in common.
SECONDS, MILLISECONDS = re.compile(r"([0-9]{9,10})(?:\.([0-9]+))?"), re.compile(r"([0-9]{12,13})(?:\.0*)?")
SERIAL_DAY = re.compile(r"[1-9][0-9]{4}(?:[.,][0-9]+)?")
SIGNED = r"([+-])([0-9]{2})(?::?([0-9]{2}))?"
WITH_OFFSET = re.compile(rf"(.*?)\s*(?:(?:UTC|GMT)?{SIGNED}|(Z|z|UTC|GMT|[A-Z]\w+(?:/[\w+-]+)+))", re.ASCII)
ZERO = ("Z", "z", "UTC", "GMT")
MOST_HOURS_OFF = 14
# In the place of the hour, with nothing but zeros behind it.
END_OF_DAY = re.compile(r"(?<=[ T])24((?::00){1,2}(?:\.0+)?)(?![0-9:])")
MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")
SWAPPED = str.maketrans("\1\2", "\2\1")


class Instants:
    """Reads the times of one file; `formats` are tried in order."""

    def __init__(self, formats: Sequence[str], zone: ZoneInfo) -> None:
        """Take the formats of a mapping and the zone of times that name none."""
        self.formats, self.zone = formats, zone
        self.readers = [reader(one, zone) for one in formats]

    def milliseconds(self, text: str, name: str) -> int:
        """Return a time in milliseconds.

        Raises:
            UnreadableError: it is of none of the formats; the text names the column.
        """
        text = text.strip()
        for read in self.readers:
            found = read(text)
            if found is not None:
                return found
        if (found := self.end_of_day(text)) is not None:
            return found
        raise unreadable(name, text, f"is not {' or '.join(self.formats)}{self.doubt(text)}")

    def end_of_day(self, text: str) -> int | None:
        """Return the moment of 24 o'clock, which ISO 8601 had as the end of a day; None where a text has none."""
        midnight = END_OF_DAY.sub(lambda match: f"00{match[1]}", text)
        found = None if midnight == text else next((one for read in self.readers if (one := read(midnight))), None)
        if found is None:
            return None
        begin = datetime.fromtimestamp(found / 1000, UTC).astimezone(self.zone).replace(tzinfo=None)
        return milliseconds_of(lambda: begin + timedelta(days=1), self.zone)

    def doubt(self, text: str) -> str:
        """Return that a text is a time with day and month the other way round, so that others may be misread."""
        swapped = (one.translate(SWAPPED) for one in map(mark_parts, self.formats) if "\1" in one and "\2" in one)
        readers = (reader(one.replace("\1", "%d").replace("\2", "%m"), self.zone) for one in swapped)
        is_one = any(read(text) is not None for read in readers)
        return (
            ", but has day and month the other way round: where a file mixes both, others may be misread"
            if is_one
            else ""
        )


def mark_parts(time_format: str) -> str:
    """Return a format with a mark in place of its day, and another one in place of its month."""
    return time_format.replace("%d", "\1").replace("%m", "\2")


def joined(day: str, clock: str) -> str:
    """Return a day and a time of day from two columns as one text; a midnight that the day's column has is none."""
    clock = clock.strip()
    return f"{MIDNIGHT.sub('', day.strip())} {clock}" if clock else day


def reader(time_format: str, zone: ZoneInfo) -> Read:
    """Return what reads texts of one format: milliseconds, or None where the text is not of it."""
    words: dict[str, Read] = {
        "epoch": epoch,
        "epoch_ms": epoch_ms,
        "excel": lambda text: serial_day(text, zone),
        "iso": lambda text: milliseconds_of(lambda: datetime.fromisoformat(text), zone),
    }
    if time_format in words:
        return words[time_format]
    if time_format.endswith(("%z", "%Z")):
        return with_offset(time_format[:-2].rstrip())
    return local(time_format, zone)


def epoch(text: str) -> int | None:
    """Return seconds since 1970, with or without a fraction, in milliseconds."""
    match = SECONDS.fullmatch(text)
    return 1000 * int(match[1]) + int((match[2] or "").ljust(3, "0")[:3]) if match else None


def epoch_ms(text: str) -> int | None:
    """Return milliseconds since 1970."""
    match = MILLISECONDS.fullmatch(text)
    return int(match[1]) if match else None


def serial_day(text: str, zone: ZoneInfo) -> int | None:
    """Return a day of Excel's calendar, which counts from 1900, and the part of it that has passed."""
    if not SERIAL_DAY.fullmatch(text):
        return None
    passed = timedelta(milliseconds=int((Decimal(text.replace(",", ".")) * MS_PER_DAY).to_integral_value()))
    return milliseconds_of(lambda: EXCEL_DAY_0 + passed, zone)


def milliseconds_of(read: Callable[[], datetime], zone: ZoneInfo) -> int | None:
    """Return a moment in milliseconds, in the zone where it names none; None where it cannot be read."""
    try:
        moment = read()
        known = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return (known.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None


def with_offset(time_format: str) -> Read:
    """Return the reader of times of a format behind which an offset or a zone stands."""
    in_zone = lru_cache(64)(lambda name: local(time_format, ZoneInfo(name)))
    in_utc = in_zone("UTC")

    def read(text: str) -> int | None:
        match = WITH_OFFSET.fullmatch(text)
        if not match:
            return None
        body, sign, hours, minutes, name = match.groups()
        if name:
            try:
                return (in_utc if name in ZERO else in_zone(name))(body)
            except (LookupError, ValueError, OSError):
                return None
        if int(hours) > MOST_HOURS_OFF or (minutes or "00") > "59":
            return None
        offset = MS_PER_MINUTE * (60 * int(hours) + int(minutes or 0))
        found = in_utc(body)
        return None if found is None else found + (offset if sign == "-" else -offset)

    return read


def local(time_format: str, zone: ZoneInfo) -> Read:
    """Return the reader of times on the clock of a zone."""
    padded = padded_pattern(time_format)
    hour = lru_cache(4096)(lambda *parts: begin_of_hour(zone, *parts))

    def read(text: str) -> int | None:
        match = padded and padded.fullmatch(text)
        if match:
            year, month, day, hour_of_day, minute, second = match.group(*PARTS)
            begins = hour(year, month, day, hour_of_day)
            if begins is not None and minute < "60" and second < "60":
                return begins + MS_PER_MINUTE * int(minute or 0) + 1000 * int(second or 0)
        return milliseconds_of(lambda: datetime.strptime(text, time_format), zone)

    return read


def begin_of_hour(zone: ZoneInfo, year: str, month: str, day: str, hour: str) -> int | None:
    """Return when a local hour begins, in milliseconds; None where it does not exist whole, or is long ago."""
    if year < "1900":
        return None
    try:
        first = datetime(int(year), int(month), int(day), int(hour or 0), tzinfo=zone)
        begins, ends = first.timestamp(), first.replace(minute=59, second=59).timestamp()
    except (ValueError, OverflowError):
        return None
    return int(begins) * 1000 if ends - begins == 3599 else None


def padded_pattern(time_format: str) -> re.Pattern[str] | None:
    """Return the pattern of a time whose numbers have all their digits, to save most of the time that `strptime` takes.

    None where the format has more than year, month, day, hour, minute and second, lacks a day, or has one twice.
    """
    parts = re.split("(%.)", time_format)
    directives = parts[1::2]
    known = {"%Y", "%m", "%d"} <= set(directives) <= set(NAMES)
    if not known or len(set(directives)) < len(directives):
        return None
    digits = {one: f"(?P<{name}>[0-9]{{{4 if one == '%Y' else 2}}})" for one, name in NAMES.items()}
    absent = "".join(f"(?P<{name}>)" for one, name in NAMES.items() if one not in directives)
    return re.compile("".join(digits.get(one) or re.escape(one) for one in parts) + absent)
