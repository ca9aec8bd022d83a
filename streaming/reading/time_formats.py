"""The time formats of a mapping: strptime's directives as far as they say one instant, and four words."""

import re
from datetime import UTC, datetime
from itertools import permutations
from zoneinfo import ZoneInfo

from streaming.reading.instants import EPOCH, EXCEL_DAY_0, reader
from streaming.reading.schema import Node, UnfitError, one_or_more, text

WORDS = ("iso", "epoch", "epoch_ms", "excel")
DIRECTIVES = ("%Y", "%y", "%m", "%b", "%B", "%d", "%H", "%I", "%p", "%M", "%S", "%f", "%a", "%A", "%z", "%Z", "%%")
DAY = (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",))
HINTS = {
    "%s": "epoch (seconds since 1970) or epoch_ms",
    "%e": "%d",
    "%k": "%H",
    "%l": "%I",
    "%T": "%H:%M:%S",
    "%R": "%H:%M",
    "%F": "%Y-%m-%d",
    "%D": "%m/%d/%y",
    "%L": "%f",
    "%N": "%f",
    "%h": "%b",
    "%P": "%p",
}
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d %b %Y", "%b %d, %Y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S %z", " %I:%M %p", " %I:%M:%S %p")
SAMPLES = (
    datetime(2023, 4, 3, 5, 6, 7, tzinfo=UTC),
    datetime(2023, 12, 11, 10, 9, 8, tzinfo=UTC),
    datetime(2024, 2, 29, 13, 14, 15, 678_000, tzinfo=UTC),
    datetime(2012, 11, 10, tzinfo=UTC),
)
ZONE = ZoneInfo("UTC")
# As table programs and other languages write formats.
LETTERS = re.compile("[yY]+|[dD]+|[hH]+|[sS]+|[mM]+|tt|[aA]$")


def time_formats(node: Node) -> tuple[str, ...]:
    """Return one format or several, none of which gives another instant for a text of another one."""
    formats = one_or_more(time_format)(node)
    for first, second in permutations(formats, 2):
        for text_of_first in (render(first, sample) for sample in SAMPLES):
            by_first, by_second = reader(first, ZONE)(text_of_first), reader(second, ZONE)(text_of_first)
            if by_second is not None and by_first != by_second:
                raise UnfitError(
                    f"{first} and {second} read {text_of_first!r} as two times; keep the one that is meant"
                )
    return tuple(formats)


def time_format(node: Node) -> str:
    """Return one format."""
    name = text(node)
    if name in WORDS:
        return name
    directives = re.findall("%-?.?", name)
    for directive in directives:
        if directive not in DIRECTIVES:
            hint = HINTS.get(directive.replace("-", ""), "one of " + " ".join(DIRECTIVES))
            plain = directive.replace("-", "")
            raise UnfitError(f"{name!r} has {directive}; write {plain if plain in DIRECTIVES else hint}")
    if not directives and LETTERS.search(name):
        raise UnfitError(f"{name!r} is not how a format is written here; write {by_letters(name)}")
    fault = fault_of(directives)
    if fault:
        raise UnfitError(f"{name!r} {fault}; write one such as %Y-%m-%d %H:%M:%S, or {', '.join(WORDS)}")
    if "%Z" in directives and not name.endswith("%Z"):
        raise UnfitError(f"{name!r} has %Z before its end; write the zone's letters as they stand, and set time_zone")
    return name


def by_letters(name: str) -> str:
    """Return the format that one of letters means, such as DD.MM.YYYY HH:mm; an m behind hours is of minutes."""
    words = LETTERS.findall(name)
    with_half_days = any(word[0].lower() in "at" for word in words)
    hours = next((place for place, word in enumerate(words) if word[0].lower() == "h"), len(words))
    directives = iter(directive(word, place > hours, with_half_days) for place, word in enumerate(words))
    return LETTERS.sub(lambda _: next(directives), name)


def directive(word: str, is_behind_hours: bool, with_half_days: bool) -> str:
    """Return the directive of equal letters."""
    letter, letters = word[0].lower(), len(word)
    by_letter = {
        "y": "%y" if letters == 2 else "%Y",
        "m": "%M" if is_behind_hours else {3: "%b", 4: "%B"}.get(letters, "%m"),
        "h": "%I" if with_half_days else "%H",
    }
    return by_letter.get(letter) or {"d": "%d", "s": "%S", "a": "%p", "t": "%p"}[letter]


def fault_of(directives: list[str]) -> str:
    """Return what makes a format none that says one instant, or nothing."""
    given = set(directives)
    parts = [one for one in directives if one != "%%"]
    if any(not given & set(choice) for choice in DAY):
        return "does not say the day"
    if len(parts) > len(set(parts)) or {"%Y", "%y"} <= given or {"%z", "%Z"} <= given:
        return "says one part twice"
    if len(given & {"%m", "%b", "%B"}) > 1 or {"%H", "%I"} <= given:
        return "says one part twice"
    if ("%I" in given) != ("%p" in given):
        return "needs %I and %p together (%H counts to 24)"
    return ""


def render(time_format: str, moment: datetime) -> str:
    """Return a moment as a format writes it."""
    seconds = (moment - EPOCH).total_seconds()
    words = {
        "iso": moment.isoformat(),
        "epoch": f"{seconds:.0f}",
        "epoch_ms": f"{1000 * seconds:.0f}",
        "excel": f"{(moment.replace(tzinfo=None) - EXCEL_DAY_0).total_seconds() / 86_400:.10f}",
    }
    return words.get(time_format) or moment.strftime(time_format)


def fitting(text: str) -> list[str]:
    """Return the usual formats that a text is of, the words first."""
    formats = [*WORDS, *(f"{date}{clock}" for date in DATES for clock in CLOCKS)]
    return [one for one in formats if reader(one, ZONE)(text.strip()) is not None]
