"""The file: its hash, its text, its records; every fault of the file as a whole ends here, before anything is sent."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from itertools import chain
from operator import length_hint
from pathlib import Path
from typing import NoReturn

from common import files
from common.errors import UsageError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
BLOCK = 1 << 20


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
    with readable(path):
        return files.sha256(path)


def texts(path: Path, encoding: str, delimiter: str) -> Iterator[str]:
    """Yield each record's text as it stands, the header's first; blank lines are none.

    Raises:
        UsageError: missing, empty, damaged, of another encoding, or not CSV.
    """
    with readable(path), open_file(path) as file:
        lines = Lines(path, file, encoding)
        longest, empty = csv.field_size_limit(), True
        try:
            for line in chain.from_iterable(lines):
                text = line.rstrip("\r")
                if not is_plain(text) or len(text) > longest:
                    text = read_quoted(line, lines, delimiter)
                if text:
                    yield text
                    empty = False
        except csv.Error as error:
            raise UsageError(f"{path}: line {lines.number()}: not CSV ({error}); look for an open quote") from None
    if empty:
        raise UsageError(f"{path}: the file is empty")


def is_plain(text: str) -> bool:
    """Return whether a record is its cells with delimiters between; most are, and splitting them is cheap."""
    return '"' not in text and "\r" not in text


def cells_of(text: str, delimiter: str) -> list[str]:
    """Return the cells of a record."""
    if is_plain(text):
        return text.split(delimiter)
    return next(csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=delimiter))


def read_quoted(line: str, lines: "Lines", delimiter: str) -> str:
    """Return the text of the record that begins with a line and may go on over the next ones; none is empty."""
    consumed: list[str] = []

    def consume() -> Iterator[str]:
        for one in chain((line,), chain.from_iterable(lines)):
            consumed.append(one)
            yield f"{one}\n"

    cells = next(csv.reader(consume(), delimiter=delimiter), [])
    return "\n".join(consumed).rstrip("\r\n") if cells else ""


def open_file(path: Path) -> BufferedIOBase:
    """Open a file, unpacking gzip by its content, not its name."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == ZIP:
        raise UsageError(f"{path}: is a ZIP archive or an Excel workbook; save it as CSV first")
    if path.suffix == ".gz" and not start.startswith(GZIP):
        raise UsageError(f"{path}: is no gzip file, as its name says; fetch it again, or take .gz off its name")
    return gzip.open(path) if start.startswith(GZIP) else path.open("rb")


class Lines:
    """The lines of a file as text without their ends, read by blocks; iterating again goes on with the same block."""

    def __init__(self, path: Path, file: BufferedIOBase, encoding: str) -> None:
        """Take an open file and what its bytes mean."""
        self.path, self.file, self.encoding = path, file, encoding
        self.begun = 0
        self.block: list[str] = []
        self.rest: Iterator[str] = iter(())

    def __iter__(self) -> Iterator[Iterator[str]]:
        """Yield what is left of each block.

        Raises:
            UsageError: its bytes are not of the encoding, or no text.
        """
        yield self.rest
        while raw := self.file.read(BLOCK) + self.file.readline():
            self.begun += len(self.block)
            try:
                text = raw.decode(self.encoding)
            except UnicodeDecodeError:
                self.blame(raw)
            if "\0" in text:
                self.blame(raw)
            text = text.removeprefix("\ufeff") if self.begun == 0 else text
            self.block = text.removesuffix("\n").split("\n")
            self.rest = iter(self.block)
            yield self.rest

    def number(self) -> int:
        """Return the number of the line that was given last."""
        return self.begun + len(self.block) - length_hint(self.rest)

    def blame(self, raw: bytes) -> NoReturn:
        """Raise the fault of the first line of a block that has one."""
        for number, line in enumerate(raw.split(b"\n"), start=self.begun + 1):
            try:
                text = line.decode(self.encoding)
            except UnicodeDecodeError as error:
                raise UsageError(
                    f"{self.path}: line {number}, byte {error.start + 1}: not {self.encoding};"
                    " set the file's encoding in the mapping"
                ) from None
            if "\0" in text:
                raise UsageError(f"{self.path}: line {number}: holds a NUL byte; this is not CSV in {self.encoding}")
        raise UsageError(f"{self.path}: not {self.encoding}; set the file's encoding in the mapping")


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
