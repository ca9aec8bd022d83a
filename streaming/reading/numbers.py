"""Numbers of a file: which mark is which is said by the mapping, and a text of two readings is refused with both.

Without a declaration a point stands before decimals, and three digits behind it may as well be a group of thousands:
`1.250` is refused, `0.125`, `1234.567` and `2.50` are not.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from streaming.reading.cells import UnreadableError, shown, unreadable
from streaming.reading.dialect import COMMA, OTHER_MARK, POINT, Dialect

INT_MAX = 2**31 - 1
WHOLE = "a whole number"
MOST_DIGITS, MOST_DECIMALS = 14, 4
# Typographers' forms of the marks between thousands.
MARKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
PARTS = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
SIGN = re.compile(r"[+-]?\s*([^\d\s.,+()%-]+)\s*[+-]?[0-9]|[0-9]\s*([^\d\s.,+()%-]+)")
# Below zero as bookkeeping programs write it: 12.50- and (12.50).
BELOW_ZERO = re.compile(r"([^-+()]+)-|\(([^-+()]+)\)")


class Numbers:
    """Reads the numbers of one file.

    Args:
        dialect: which marks they have, which signs may stand around them, and whether long ones are rounded.
    """

    def __init__(self, dialect: Dialect) -> None:
        """Build the patterns of the dialect."""
        self.dialect = dialect
        self.pattern = pattern(dialect.decimal or POINT, dialect.thousands)
        self.around = around(dialect.currency_signs)

    def decimal(self, text: str, name: str, decimals: int = MOST_DECIMALS) -> str:
        """Return an amount as digits with a point, its decimals as the file has them.

        Raises:
            UnreadableError: it is no number, has two readings, or has more decimals than the lake keeps.
        """
        sign, whole, fraction = self.parts(text, name, f"a number with at most {decimals} decimals")
        if len(whole.lstrip("0")) > MOST_DIGITS:
            raise UnreadableError(f"{name} {shown(text.strip())} has more than {MOST_DIGITS} digits before its mark")
        if len(fraction.rstrip("0")) > decimals:
            rounded = rounded_to(decimals, whole, fraction)
            if not self.dialect.rounds:
                raise UnreadableError(
                    f"{name} {shown(text.strip())} is not a number with at most {decimals} decimals;"
                    f" with round: true in the mapping it is {sign}{rounded}"
                )
            whole, _, fraction = rounded.partition(POINT)
        is_zero = not (whole + fraction).strip("0")
        minus = "-" if sign == "-" and not is_zero else ""
        return f"{minus}{whole or '0'}.{fraction}" if fraction else f"{minus}{whole}"

    def whole(self, text: str, name: str, most: int = INT_MAX) -> int:
        """Return a whole number; zeros may stand behind its point.

        Raises:
            UnreadableError: it is none, has two readings, or is too large.
        """
        sign, whole, fraction = self.parts(text, name, WHOLE)
        if self.dialect.rounds and len(fraction) > MOST_DECIMALS:
            whole, _, fraction = rounded_to(MOST_DECIMALS, whole, fraction).partition(POINT)
        if fraction.strip("0") or not whole:
            raise UnreadableError(f"{name} {shown(text.strip())} is not {WHOLE}")
        if len(whole) > 20 or int(whole) > most:
            raise UnreadableError(f"{name} {shown(text.strip())} is more than {most:,}")
        return -int(whole) if sign == "-" else int(whole)

    def parts(self, text: str, name: str, wanted: str) -> tuple[str, str, str]:
        """Return the sign, the digits before and the digits behind the mark of a number."""
        plain = self.without_signs(text.strip())
        match = self.pattern.fullmatch(plain)
        if not match or (self.dialect.decimal is None and AMBIGUOUS.fullmatch(plain)):
            raise unreadable(name, text, self.fault(plain, wanted))
        sign, whole, fraction = match.groups(default="")
        return sign, whole if whole.isdecimal() else re.sub("[^0-9]", "", whole), fraction

    def without_signs(self, text: str) -> str:
        """Return a number without the signs of currency around it, its marks as the mapping writes them."""
        text = sign_first(text if text.isascii() else text.translate(MARKS))
        if self.around and (match := self.around.fullmatch(text)):
            text = sign_first(match[1] + match[2])
        return text

    def fault(self, text: str, wanted: str) -> str:
        """Return what is wrong with a text, and what would make it right."""
        if SCIENTIFIC.fullmatch(text):
            return "is in scientific notation, which has lost digits; export it as plain digits"
        if text.endswith("%"):
            return f"is a percentage and not {wanted}; the file must have the amount"
        if found := list(readings(text)):
            meant = " or ".join(f"{value:f}" for value in found)
            return f"may be {meant}; say which by decimal: and thousands: in the mapping"
        sign = SIGN.search(text)
        if sign and wanted != WHOLE:
            return (
                f"is not {wanted}; where {sign[1] or sign[2]} is a currency's, name it by currency_sign: in the mapping"
            )
        return f"is not {wanted}"


def sign_first(text: str) -> str:
    """Return a number with its minus before it, where it stands behind it or is said by parentheses."""
    match = BELOW_ZERO.fullmatch(text) if text.endswith(("-", ")")) else None
    return f"-{(match[1] or match[2]).strip()}" if match else text


def pattern(decimal: str, thousands: str | None) -> re.Pattern[str]:
    """Return the pattern of a number: its sign, the digits before its mark, those behind it."""
    mark = re.escape(decimal)
    # In threes, or as in India in twos before the last three: 1,00,000.
    group = re.escape(thousands or "")
    grouped = (
        f"|[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]{{1,2}}(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}" if thousands else ""
    )
    return re.compile(rf"([+-]?)(?=[0-9]|{mark}[0-9])((?:[0-9]*{grouped}))(?:{mark}([0-9]*))?")


def around(signs: Sequence[str]) -> re.Pattern[str] | None:
    """Return the pattern of a number with signs of currency around it: its sign, and the rest of it."""
    if not signs:
        return None
    sign = "|".join(re.escape(one) for one in sorted(signs, key=len, reverse=True))
    return re.compile(rf"(?:(?:{sign})\s*)?([+-]?)\s*(?:(?:{sign})\s*)?(\S.*?)\s*(?:{sign})?")


def readings(text: str) -> Iterator[Decimal]:
    """Yield what a text may mean, by either mark before decimals; each value once."""
    seen = set()
    for decimal in (POINT, COMMA):
        match = pattern(decimal, OTHER_MARK[decimal]).fullmatch(text)
        if match:
            sign, whole, fraction = match.groups(default="")
            value = Decimal(f"{sign}{re.sub('[^0-9]', '', whole) or '0'}.{fraction or '0'}").normalize()
            if value not in seen:
                seen.add(value)
                yield value


def rounded_to(decimals: int, whole: str, fraction: str) -> str:
    """Return a number rounded to so many decimals, half of the last one up, without zeros at its end."""
    rounded = Decimal(f"{whole or '0'}.{fraction}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
