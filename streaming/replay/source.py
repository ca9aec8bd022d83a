"""The file: its hash, its text, its records; every fault of the file as a whole ends here, before anything is sent."""

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

from spark.common.errors import UsageError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"


class Record(NamedTuple):
    """One record of the file: its number (1 is the first below the header), its cells and its text as it stands."""

    number: int
    cells: list[str]
    text: str


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn the faults of opening and reading a file into one line."""
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{path}: the gzip file is damaged or cut short ({error}); fetch it again") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def sha256(path: Path) -> str:
    """Return the hash of a file's bytes, in hexadecimal."""
    with readable(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    """Yield the header as record 0, then the records; blank lines are none.

    Raises:
        UsageError: missing, empty, damaged, of another encoding, or not CSV.
    """
    consumed: list[str] = []
    with readable(path), opened(path) as file:
        reader = csv.reader(lines(path, file, encoding, consumed), delimiter=delimiter)
        number = 0
        try:
            for cells in reader:
                text = "".join(consumed).rstrip("\r\n")
                consumed.clear()
                if cells:
                    yield Record(number, cells, text)
                    number += 1
        except csv.Error as error:
            raise UsageError(f"{path}: line {reader.line_num}: not CSV ({error}); look for an open quote") from None
    if number == 0:
        raise UsageError(f"{path}: the file is empty")


def opened(path: Path) -> BufferedIOBase:
    """Open a file, unpacking gzip by its content, not its name."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == ZIP:
        raise UsageError(f"{path}: is a ZIP archive or an Excel workbook; save it as CSV first")
    return gzip.open(path) if start.startswith(GZIP) else path.open("rb")


def lines(path: Path, file: BufferedIOBase, encoding: str, consumed: list[str]) -> Iterator[str]:
    """Yield the lines as text, and keep those of the record that is being read."""
    for number, raw in enumerate(file, start=1):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{path}: line {number}, byte {error.start + 1}: not {encoding}; set the file's encoding in the mapping"
            ) from None
        if "\0" in text:
            raise UsageError(f"{path}: line {number}: holds a NUL byte; this is not CSV in {encoding}")
        text = text.removeprefix("\ufeff") if number == 1 else text
        consumed.append(text)
        yield text


def positions(path: Path, header: list[str], columns: dict[str, str]) -> dict[str, int]:
    """Return where each mapped column stands.

    Raises:
        UsageError: a column is not there or stands twice; the text names the columns found.
    """
    names = [name.strip() for name in header]
    for column in columns.values():
        if names.count(column) != 1:
            fault = "has no column" if column not in names else "has more than one column"
            raise UsageError(f"{path}: {fault} {column!r}; its columns are {', '.join(names)[:300]}")
    return {ours: names.index(column) for ours, column in columns.items()}
