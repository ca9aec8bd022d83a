"""Tables as CSV files: numbers exact, filters named, and no cell that a spreadsheet would run.

The first row has one cell, `# customers city: Leeds …`, the second one is the header. The file begins with the mark
by which spreadsheets know UTF-8.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import IO

from flask import Response

from reports.dashboard.store import Store
from reports.dashboard.tables import Question

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What begins with one of these is a formula to a spreadsheet: https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
            "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
LONGEST_NAME = 120
IN_MEMORY, PIECE = 4_000_000, 65_536


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


def answer(store: Store, question: Question) -> Response:
    """Return all rows of a question as a file.

    They are read to the end first: a file that breaks off half way would look like a whole one.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    with store.reading() as reader:
        reader.require(question.table.relations)
        for text in lines(question, reader.stream(question.select(), question.values)):
            file.write(text.encode())
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(question)}"', "Content-Length": str(file.tell()),
    }  # fmt: skip
    file.seek(0)
    return Response(pieces(file), mimetype="text/csv", headers=headers)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of a file, and close it."""
    with file:
        while piece := file.read(PIECE):
            yield piece
