"""How a file is written: the keys of a mapping that say what its bytes, numbers, times and ids mean."""

import codecs
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from common.errors import UsageError
from streaming.reading.schema import Key, Node, UnfitError, flag, one_of, one_or_more, text
from streaming.reading.time_formats import time_formats

TAB = ("\\t", "tab", "TAB", "\t")
EMPTY_VALUES = ("", "NULL", "null", "Null", "-", "nan", "NaN", "NAN", "None", "none", "N/A", "n/a", "#N/A")
POINT, COMMA = ".", ","
UTC = ZoneInfo("UTC")
# The mark of decimals that follows where only the other one is given.
OTHER_MARK = {POINT: COMMA, COMMA: POINT}


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a file is written; `decimal` is None where nothing says which mark is which."""

    encoding: str = "utf-8"
    delimiter: str = COMMA
    sheet: str = ""
    decimal: str | None = None
    thousands: str | None = None
    currency_signs: tuple[str, ...] = ()
    rounds: bool = False
    empty_values: tuple[str, ...] = EMPTY_VALUES
    time_zone: ZoneInfo = UTC
    time_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S",)
    integer_customers: bool = False


def complete_marks(path: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the mark of decimals that follows from that of thousands.

    Raises:
        UsageError: both are the same.
    """
    thousands = values.get("thousands")
    decimal = values.get("decimal") or (OTHER_MARK.get(thousands, POINT) if thousands else None)
    if decimal and decimal == thousands:
        raise UsageError(f"{path}: decimal and thousands are both {decimal!r}; one of them is another mark")
    return {**values, "decimal": decimal}


def encoding(node: Node) -> str:
    """Return the name of an encoding of texts."""
    name = text(node)
    try:
        " ".encode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError):
        raise UnfitError(f"{name!r} is not known; write one such as utf-8, utf-16 or cp1252") from None
    return name


def delimiter(node: Node) -> str:
    """Return the character between cells."""
    name = text(node)
    character = "\t" if name in TAB else name
    if len(character) != 1 or character.isalnum() or character in '"\r\n\0':
        raise UnfitError(f"""{name!r} must be one character such as "," ";" "|", or tab""")
    return character


def decimal_mark(node: Node) -> str:
    """Return the mark before decimals."""
    mark = text(node)
    if mark not in (POINT, COMMA):
        raise UnfitError(f'{mark!r} must be "." or ","')
    return mark


def thousands_mark(node: Node) -> str:
    """Return the mark between groups of three digits."""
    mark = text(node)
    if mark not in (POINT, COMMA, " ", "'", "_"):
        raise UnfitError(f"""{mark!r} must be ".", ",", " ", "'" or "_", in quotes""")
    return mark


def currency(node: Node) -> str:
    """Return a currency's code."""
    code = text(node)
    if not re.fullmatch("[A-Z]{3}", code):
        raise UnfitError(f"{code!r} is not a code of three capital letters such as EUR")
    return code


def currency_sign(node: Node) -> str:
    """Return a sign or code that stands around amounts."""
    sign = text(node).strip()
    if not sign or re.search(r"[\d.,+()%\s-]", sign):
        raise UnfitError(f'{sign!r} must be a sign or code such as "$" or EUR')
    return sign


def zone(node: Node) -> ZoneInfo:
    """Return a time zone by its name."""
    name = text(node)
    try:
        return ZoneInfo(name)
    # OSError: the name of a folder of zones, or one too long for a file.
    except (LookupError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        raise UnfitError(f"{name!r} is not known; write one such as {near[0] if near else 'Europe/London'}") from None


def is_integer(node: Node) -> bool:
    """Return whether an id's number is meant, and not how it is written."""
    return bool(one_of("text", "integer")(node) == "integer")


FILE_KEYS = (
    Key("encoding", encoding),
    Key("delimiter", delimiter),
    Key("sheet"),
)
NUMBER_KEYS = (
    Key("decimal", decimal_mark),
    Key("thousands", thousands_mark),
    Key("currency_sign", one_or_more(currency_sign), field="currency_signs"),
    Key("round", flag, field="rounds"),
)
ID_KEYS = (
    Key("empty_values", one_or_more(text)),
    Key("customer_id_format", is_integer, field="integer_customers"),
)
TIME_KEYS = (
    Key("time_zone", zone, required=True),
    Key("time_format", time_formats, field="time_formats", required=True),
)
