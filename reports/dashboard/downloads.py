"""Tables as CSV files: numbers exact, filters named, and no cell that a spreadsheet would run.

The first row has one cell, `# customers city: Leeds …`, the second one is the header. The file begins with the mark
by which spreadsheets know UTF-8.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from reports.dashboard.tables import Question

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What begins with one of these is a formula to a spreadsheet: https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
LONGEST_NAME = 120


def file_name(question: Question) -> str:
    """Return the name of a question's file: `customers_city-Leeds.csv`."""
    parts = [question.table.name, *(f"{name}-{value}" for name, value in sorted(question.values.items()))]
    return "_".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-") for part in parts)[:LONGEST_NAME] + ".csv"


def lines(question: Question, rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a file."""
    filters = ", ".join(f"{label}: {value}" for label, value in question.words()) or "all rows"
    order = f"sorted by {question.sort}{', falling' if question.descending else ''}"
    # A program that does not know the mark takes no quotes behind it for quotes: nothing there may end the cell.
    words = re.sub(r'[\s,;"]+', " ", f"# {question.table.name}, {filters}, {order}")
    yield f'{MARK}"{words}"\r\n'
    yield line(question.table.columns)
    for row in rows:
        yield line(row)


def line(values: Sequence[object]) -> str:
    """Return a line of CSV."""
    return ",".join(map(cell, values)) + "\r\n"


def cell(value: object) -> str:
    """Return a value as it stands in a file.

    A text that would be a formula begins with an apostrophe; every text is quoted, so that it stays one cell where a
    spreadsheet parts cells by semicolons.
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case int() | float() | Decimal():
            return f"{value:f}" if isinstance(value, Decimal) else repr(value)
    text = str(value)
    text = f"'{text}" if text.lstrip(" ").startswith(FORMULAS) else text
    return '"{}"'.format(text.replace('"', '""'))
