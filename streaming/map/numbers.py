"""How a file's numbers are written: the mark before decimals, the one between thousands, a currency's sign."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from streaming.map.profile import Column
from streaming.reading.numbers import MARKS, sign_first

# In the order of preference: as computers write them, then as people do.
STYLES = (
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (",", " "),
    (".", " "),
    (".", "'"),
)
# One mark with three digits behind it: a thousand, or a thousandth.
AMBIGUOUS = re.compile(r"[+-]?9{1,3}[.,]999")
# What stands around an amount; a percentage is none.
SIGN = re.compile(r"[^\d\s.,+'()%-]{1,3}")


@dataclass(frozen=True)
class Style:
    """How numbers are written; `sign` is that of a currency, `doubt` what could as well be read otherwise."""

    decimal: str
    thousands: str
    sign: str = ""
    doubt: str = ""
    is_ambiguous: bool = False


def style_of(columns: Iterable[Column]) -> Style | None:
    """Return the first style that reads every number of some columns; None where none does."""
    shapes = [(bare(shape), one) for column in columns for shape, one in column.shapes.items()]
    if not shapes:
        return None
    signs = {sign_of(one.example) for _, one in shapes} - {""}
    fitting = [style for style in STYLES if all(pattern(*style).fullmatch(shape) for shape, _ in shapes)]
    if not fitting or len(signs) > 1:
        return None
    examples = [one.example for shape, one in shapes if AMBIGUOUS.fullmatch(shape)]
    others = any(decimal != fitting[0][0] for decimal, _ in fitting)
    is_ambiguous = bool(examples) and others
    doubt = f"{examples[0]} could be read in two ways" if is_ambiguous else ""
    return Style(*fitting[0], next(iter(signs), ""), doubt, is_ambiguous)


def likely_style_of(columns: Iterable[Column]) -> Style | None:
    """Return the first style that reads every number, or else those of most cells, the first other one in doubt."""
    columns = list(columns)
    if style := style_of(columns):
        return style
    kept, others = [], []
    for column in columns:
        fit = {shape: one for shape, one in column.shapes.items() if is_number(shape)}
        others += [(column.name, one) for shape, one in column.shapes.items() if shape not in fit]
        if 2 * sum(one.cells for one in fit.values()) < sum(one.cells for one in column.shapes.values()):
            return None
        kept.append(replace(column, shapes=fit))
    style = style_of(kept)
    if style is None or not others:
        return None
    name, first = others[0]
    return replace(style, doubt=f"{name} of row {first.row} is no number: {first.example!r}")


def is_number(shape: str) -> bool:
    """Return whether any style reads cells of a shape."""
    return any(pattern(*style).fullmatch(bare(shape)) for style in STYLES)


def bare(shape: str) -> str:
    """Return a number's shape without a currency's sign and the blanks around it, its minus before it."""
    return sign_first(SIGN.sub("", sign_first(shape.translate(MARKS))).strip())


def sign_of(text: str) -> str:
    """Return the sign, or code, of a currency that stands with a number."""
    found = SIGN.search(text.translate(MARKS))
    return found[0] if found else ""


def pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Return the pattern of the shapes that a style can have."""
    mark = re.escape(decimal)
    group = re.escape(thousands)
    grouped = rf"9{{1,3}}(?:{group}999)+|9{{1,2}}(?:{group}99)+{group}999|" if thousands else ""
    return re.compile(rf"[+-]?(?:{grouped}9+)(?:{mark}9+)?|[+-]?{mark}9+")
