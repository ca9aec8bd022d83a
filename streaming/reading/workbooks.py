"""The rows of a sheet of an Excel workbook, one by one."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from common.errors import UsageError
from streaming.reading.tables import Fault, Row

CONTENT = "[Content_Types].xml"
MOST_NAMED = 10
# Excel shows so many digits of a number, and means no more.
DIGITS = 15


def sheet_rows(path: Path, sheet: str) -> Iterator[Row]:
    """Yield the rows of a workbook's sheet that are not blank with their numbers, the header's cells first.

    Args:
        path: of the workbook.
        sheet: its name; the only one that has rows, where it is empty.

    Raises:
        UsageError: the workbook is damaged, or has no such sheet, or several and none is named.
    """
    # Here, as most files are none and this takes a tenth of a second.
    from openpyxl import load_workbook

    with damaged(path):
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            chosen = choose(path, [one for one in book.worksheets if sheet or has_rows(one)], sheet)
            width = 0
            for number, row in numbered(chosen):
                cells = trimmed(row)
                if not cells:
                    continue
                if not width:
                    width = len(cells)
                    yield number, ["" if cell is None else str(cell) for cell in cells]
                elif len(cells) > width:
                    text = ",".join("" if cell is None else str(cell) for cell in cells)
                    yield number, Fault(f"{len(cells)} cells instead of {width}", text)
                else:
                    yield number, [meant(cell) for cell in cells] + [None] * (width - len(cells))
        finally:
            book.close()
    if not width:
        raise UsageError(f"{path}: the sheet {chosen.title!r} is empty")


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """Turn the faults of a workbook into one line, and what openpyxl warns of into nothing."""
    from xml.etree.ElementTree import ParseError

    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UsageError:
        raise
    except (BadZipFile, KeyError, ValueError, TypeError, EOFError, ParseError, InvalidFileException, OSError) as error:
        raise UsageError(f"{path}: the workbook is damaged ({error}); save it again, or as CSV") from None


def choose(path: Path, sheets: list[Any], name: str) -> Any:
    """Return the sheet of a name, or the only one."""
    titles = [one.title for one in sheets]
    shown = ", ".join(map(repr, titles[:MOST_NAMED])) + (", …" if len(titles) > MOST_NAMED else "")
    if name and name not in titles:
        raise UsageError(f"{path}: has no sheet {name!r}; its sheets are {shown}")
    if not name and len(sheets) > 1:
        raise UsageError(
            f"{path}: has {len(sheets)} sheets, {shown}; name the one that is meant by sheet: in the mapping, or by"
            " SHEET= of make map"
        )
    if not sheets:
        raise UsageError(f"{path}: the workbook is empty")
    return sheets[titles.index(name) if name else 0]


def has_rows(sheet: Any) -> bool:
    """Return whether anything stands on a sheet."""
    return any(trimmed(row) for _, row in numbered(sheet))


def numbered(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows of a sheet, numbered from 1, whatever the file says of its size."""
    sheet.reset_dimensions()
    yield from enumerate(sheet.iter_rows(values_only=True), start=1)


def trimmed(row: Sequence[Any]) -> Sequence[Any]:
    """Return the cells of a row up to the last one that holds something."""
    last = next((place for place in range(len(row), 0, -1) if row[place - 1] not in (None, "")), 0)
    return row[:last]


def meant(cell: Any) -> Any:
    """Return a cell as Excel shows it: of what a program computed, 19.990000000000002, the digits that are meant."""
    return float(f"{cell:.{DIGITS}g}") if isinstance(cell, float) else cell
