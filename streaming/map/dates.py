"""Which formats of time fit every cell of a column."""

import re
from functools import cache, lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from streaming.map.profile import Column, Shape
from streaming.reading.instants import Read, reader

DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%d.%m.%y",
    "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y",
    "%b-%d-%y", "%a, %d %b %Y", "%Y%m%d",
)  # fmt: skip
CLOCKS = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%H.%M", "%H%M%S",
)  # fmt: skip
BETWEEN, ZONES = (" ", "T", ", "), ("", "%z", "%Z")
# Seconds, milliseconds and Excel's days of a time between 1990 and 2100.
RANGES = {
    "epoch": (631_152_000, 4_102_444_800),
    "epoch_ms": (631_152_000_000, 4_102_444_800_000),
    "excel": (32_874, 73_051),
}
# What a number in the place of a directive can be; a number of several directives is not looked at.
LIMITS = {
    "%Y": (1900, 2200), "%y": (0, 99), "%m": (1, 12), "%d": (1, 31), "%H": (0, 23), "%I": (1, 12), "%M": (0, 59),
    "%S": (0, 59), "%f": (0, 999_999_999),
}  # fmt: skip
DIRECTIVE = re.compile("|".join(LIMITS))
PACKED = ("%Y%m%d", "%H%M%S")
CLOCK_ALONE = re.compile(r"99?:99(:99)?( ?[AaPp][Mm])?")
OFFSET = re.compile(r"9(?:Z|[+-]99(?::?99)?)$")
UTC = ZoneInfo("UTC")
PARTS = re.compile("(%.)")
# What stands in the place of a directive that is no number.
OUTLINES = dict.fromkeys(("%b", "%B", "%a", "%p"), "[A-Za-z]+") | dict.fromkeys(("%z", "%Z"), ".+")


def formats_of(column: Column) -> list[str]:
    """Return the formats that fit all cells, the likeliest first; none where it holds no times."""
    shapes = list(column.shapes.values())
    if not shapes:
        return []
    numbers = [name for name in RANGES if all(is_in_range(shape, name) for shape in shapes)]
    return numbers or [one for one in all_formats() if all(fits(shape, one) for shape in shapes)]


def likely_formats_of(column: Column) -> list[str]:
    """Return the formats that fit all cells, or else those that read most of the first cells of each shape.

    A cell or two that are no times, such as 0000-00-00 or the words of a last row, are then held by themselves.
    """
    if fitting := formats_of(column):
        return fitting
    counts = {
        one: sum(shape.cells for shape in column.shapes.values() if reads_most(shape, one)) for one in all_formats()
    }
    most, all_cells = max(counts.values()), sum(shape.cells for shape in column.shapes.values())
    return [one for one, count in counts.items() if count == most] if most and 2 * most >= all_cells else []


def say_instants(column: Column, time_format: str) -> bool:
    """Return whether the times of a column need no zone."""
    if time_format == "iso":
        return all(OFFSET.search(shape) for shape in column.shapes)
    return time_format.endswith(("%z", "%Z")) or time_format.startswith("epoch")


def has_clocks(column: Column) -> bool:
    """Return whether a column has times of day alone."""
    return bool(column.shapes) and all(CLOCK_ALONE.fullmatch(shape) for shape in column.shapes)


def clock_format(column: Column) -> str:
    """Return the format of a column of times of day, nothing where its cells are not all of one."""
    formats = {clock_of_shape(shape) for shape in column.shapes}
    return formats.pop() if len(formats) == 1 else ""


def clock_of_shape(shape: str) -> str:
    """Return the format of a time of day."""
    seconds = ":%S" if shape.count(":") == 2 else ""
    if shape[-1:].lower() != "m":
        return f"%H:%M{seconds}"
    return f"%I:%M{seconds}{' ' if ' ' in shape else ''}%p"


def is_mixed(column: Column, time_format: str) -> bool:
    """Return whether days above 12 stand in the place of the month in some cells, and in that of the day in others."""
    places = DIRECTIVE.findall(time_format)
    if not {"%d", "%m"} <= set(places):
        return False
    day, month = places.index("%d"), places.index("%m")
    shapes = (one for one in column.shapes.values() if len(one.greatest) > max(day, month))
    return any(12 < min(one.greatest[day], one.greatest[month]) <= 31 for one in shapes)


def reads_most(shape: Shape, time_format: str) -> bool:
    """Return whether a format reads more than half of the cells that a shape has kept."""
    return 2 * sum(is_time(one, time_format) for one in shape.examples) > len(shape.examples)


@cache
def all_formats() -> tuple[str, ...]:
    """Return the formats that are tried: a day, with or without clock and zone; ISO 8601 where it has a T."""
    clocks = [f"{between}{clock}{zone}" for between, clock, zone in product(BETWEEN, CLOCKS, ZONES)]
    with_clock = [f"{day}{clock}" for clock in clocks for day in DAYS]
    first_with_t = with_clock.index("%Y-%m-%dT%H:%M")
    return (*DAYS, *with_clock[:first_with_t], "iso", *with_clock[first_with_t:])


@lru_cache(4096)
def reader_of(time_format: str) -> Read:
    """Return the reader of a format."""
    return reader(time_format, UTC)


def is_time(text: str, time_format: str) -> bool:
    """Return whether a format reads a text; its outline is looked at first, as building a reader takes long."""
    return outline(time_format).fullmatch(text) is not None and reader_of(time_format)(text) is not None


@lru_cache(4096)
def outline(time_format: str) -> re.Pattern[str]:
    """Return a pattern that all texts of a format have, and most others have not."""
    if "%" not in time_format:
        return re.compile(".*")
    parts = (OUTLINES.get(part, r"[0-9]+") if part[:1] == "%" else re.escape(part) for part in PARTS.split(time_format))
    return re.compile("".join(parts).replace(r"\ ", r"\s*"))


def fits(shape: Shape, time_format: str) -> bool:
    """Return whether a format reads the shape's first cell, and the numbers of the others lie in its ranges."""
    if not is_time(shape.example, time_format):
        return False
    if any(packed in time_format for packed in PACKED):
        return True
    limits = [LIMITS[one] for one in DIRECTIVE.findall("%Y-%m-%d %H:%M:%S" if time_format == "iso" else time_format)]
    # What stands behind them are the digits of an offset.
    places = zip(limits, shape.least, shape.greatest, strict=False)
    return all(first <= least and greatest <= last for (first, last), least, greatest in places)


def is_in_range(shape: Shape, name: str) -> bool:
    """Return whether all numbers of a shape can be a time in such units; Excel's days may have a fraction."""
    least, greatest = RANGES[name]
    return reader_of(name)(shape.example) is not None and least <= shape.least[0] and shape.greatest[0] <= greatest
