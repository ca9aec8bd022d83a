"""The file as it must be before any of it is loaded."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from common.contracts.model import SnapshotContract
from common.errors import UsageError

ZIP = b"PK\x03\x04"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Checked:
    """A file whose header is right: its hash and, for each of its columns, the contract's name of it."""

    path: Path
    sha256: str
    columns: tuple[str | None, ...]


def check(path: Path, contract: SnapshotContract) -> Checked:
    """Read the file once, line by line.

    Raises:
        UsageError: missing, empty, not UTF-8, not CSV, or without a column that the contract has; the text names it.
    """
    digest = hashlib.sha256()
    header, rows = "", 0
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                digest.update(raw)
                text = decode_line(path, raw, number)
                header = header if number > 1 else text
                rows += number > 1 and bool(text.strip())
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    if not header.strip():
        raise UsageError(f"{path}: the file is empty")
    columns = columns_of(path, next(csv.reader([header])), contract)
    if not rows:
        raise UsageError(f"{path}: has a header and no rows")
    return Checked(path, digest.hexdigest(), columns)


def decode_line(path: Path, raw: bytes, number: int) -> str:
    """Return a line as text."""
    if number == 1 and raw.startswith((ZIP, GZIP)):
        raise UsageError(f"{path}: is an archive or an Excel workbook; unpack it, or save it as CSV")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: line {number}, byte {error.start + 1}: not UTF-8; save the file as UTF-8") from None
    if "\0" in text:
        raise UsageError(f"{path}: line {number}: holds a NUL byte; this is not CSV in UTF-8")
    return text.removeprefix("\ufeff") if number == 1 else text


def columns_of(path: Path, header: list[str], contract: SnapshotContract) -> tuple[str | None, ...]:
    """Return the contract's name of each column, None for one that it does not know; case and spaces do not matter."""
    known = {plain(field.header or field.name): field.name for field in contract.fields}
    names = tuple(known.get(plain(name)) for name in header)
    for field in contract.fields:
        if names.count(field.name) != 1:
            fault = "has no column" if field.name not in names else "has more than one column"
            raise UsageError(
                f"{path}: {fault} {field.header!r}; its columns are {', '.join(name.strip() for name in header)[:300]}"
            )
    return names


def plain(name: str) -> str:
    """Return a column's name without what does not matter in it."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
