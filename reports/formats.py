"""How numbers, money and days are written: the same in the sentences, the charts and the tables."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

Number = int | float | Decimal

NOTHING = "–"
UNITS: tuple[tuple[int, str], ...] = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
CENT = Decimal("0.01")


def count(value: Number | None) -> str:
    """Return a whole number with thousands separated."""
    return NOTHING if value is None else f"{int(value):,}"


def decimal(value: Number | None, places: int = 2) -> str:
    """Return a number with a fixed number of decimals."""
    return NOTHING if value is None else f"{value:,.{places}f}"


def percent(share: Number | None, places: int = 0) -> str:
    """Return a share between 0 and 1 as a percentage; a share that is not nothing is never written as 0 %."""
    if share is None:
        return NOTHING
    text = f"{100 * share:.{places}f}"
    if share > 0 and float(text) == 0:
        return f"<{10**-places:g} %"
    return f"{text} %"


def amount(value: Decimal | None, currency: str | None = None) -> str:
    """Return an amount to the cent, with its currency where one is known."""
    if value is None:
        return NOTHING
    text = f"{value.quantize(CENT, rounding=ROUND_HALF_EVEN):,}"
    return f"{currency} {text}" if currency else text


def whole_amount(value: Decimal, currency: str | None = None) -> str:
    """Return an amount without cents, for a sentence."""
    text = f"{value:,.0f}"
    return f"{currency} {text}" if currency else text


def short(value: Number) -> str:
    """Return an amount for an axis: 250k, 1.2M."""
    for size, unit in UNITS:
        if abs(float(value)) >= size:
            return f"{float(value) / size:.1f}".removesuffix(".0") + unit
    return f"{float(value):g}"


def day(value: date | datetime | None) -> str:
    """Return a day as 9 Dec 2011; the day of an instant is its UTC day."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def instant(value: datetime | None) -> str:
    """Return an instant as 9 Dec 2011, 12:31:05 (UTC)."""
    return NOTHING if value is None else f"{day(value)}, {value:%H:%M:%S}"


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit: 4 s, 12 min, 3 h, 5 days; a negative one is none."""
    whole = max(int(seconds), 0)
    for size, unit in ((86_400, " days"), (3_600, " h"), (60, " min")):
        if whole >= 2 * size:
            return f"{whole // size:,}{unit}"
    return f"{whole} s"


def moment(value: datetime | None) -> str:
    """Return an instant as 9 Dec 2011, 15:00 UTC."""
    return NOTHING if value is None else f"{day(value)}, {value:%H:%M} UTC"


def last_day(as_of: date) -> date:
    """Return the last day that lies whole before the midnight of an as-of day."""
    return as_of - timedelta(days=1)


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a counted noun: 1 order, 2 orders."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def keep_together(text: str) -> str:
    """Return a sentence in which no line ends between a number and its percent sign or its currency."""
    return re.sub(r"(?<=\b[A-Z]{3}) (?=\d)|(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text)


def words(name: str) -> str:
    """Return a column or metric name as words: days_since_last_purchase becomes Days since last purchase."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
