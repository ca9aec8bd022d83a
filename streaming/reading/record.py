"""One record of a CSV file: its text, and the cells that it is taken apart into."""

import csv

from streaming.reading.cells import UnreadableError

NOT_DOUBLED = "a quote within a quoted cell is not doubled"
NOT_CLOSED = "a quote is opened and not closed"


class Broken(str):
    """The text of a record that cannot be taken apart, and why."""

    reason: str

    @classmethod
    def of(cls, text: str, line: int, fault: str) -> "Broken":
        """Return the text with its fault, which names the line."""
        broken = cls(text)
        broken.reason = f"line {line} of the file: {fault}"
        return broken


class Quoted(str):
    """The text of a record in which quotes stand, and its cells, so that it is taken apart once."""

    cells: list[str]

    @classmethod
    def of(cls, text: str, cells: list[str]) -> "Quoted":
        """Return the text with its cells."""
        quoted = cls(text)
        quoted.cells = cells
        return quoted


class OpenQuoteError(Exception):
    """The text ends within quotes."""


def is_plain(text: str) -> bool:
    """Return whether a record is its cells with delimiters between; most are, and splitting them is cheap."""
    return '"' not in text and "\r" not in text


def cells_of(text: str, delimiter: str) -> list[str]:
    """Return the cells of a record.

    Raises:
        UnreadableError: it is broken.
        OpenQuoteError: it ends within quotes.
    """
    # As in is_plain, without the call: this is done for every row.
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    if isinstance(text, Quoted):
        return text.cells
    if isinstance(text, Broken):
        raise UnreadableError(text.reason)
    try:
        return parse(text, delimiter)
    except csv.Error as error:
        if ends_within_quotes(text, delimiter):
            raise OpenQuoteError from None
        is_long = len(text) > csv.field_size_limit() and "larger" in str(error)
        raise UnreadableError(f"a cell is longer than {csv.field_size_limit():,}" if is_long else NOT_DOUBLED) from None


def legible_cells(text: str, delimiter: str, width: int) -> list[str]:
    """Return the cells of a record, of a broken one those that can be told: all, or those before the fault."""
    try:
        return cells_of(text, delimiter)
    except (OpenQuoteError, UnreadableError):
        cells = text.split(delimiter)
        if len(cells) == width:
            return [cell.strip('"') for cell in cells]
        # Of a longer text the first cells are enough, and csv takes no longer cell.
        start = text[: csv.field_size_limit()]
        return next(csv.reader((start,), delimiter=delimiter), [])[:-1]


def parse(text: str, delimiter: str) -> list[str]:
    """Return the cells of a text by the rules of CSV."""
    return next(csv.reader((text,), delimiter=delimiter, strict=True), [])


def ends_within_quotes(text: str, delimiter: str) -> bool:
    """Return whether one more quote at the end would close the text."""
    try:
        parse(f'{text}"', delimiter)
    except csv.Error:
        return False
    return True


def has_cr_outside_of_quotes(text: str) -> bool:
    """Return whether a CR stands where no quoted cell is."""
    return any("\r" in piece for piece in text.split('"')[::2])
