"""A file that somebody brings, opened: every fault of it as a whole is one line that names it."""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from common import files
from common.errors import UsageError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
# What a file holds: cells with delimiters between, or rows in another way.
TEXT, WORKBOOK, PARQUET, JSON_LINES = "text", "workbook", "parquet", "json"
OF_A_WORKBOOK = "xl/workbook.xml"
ENDINGS = {TEXT: ".csv", WORKBOOK: ".xlsx", PARQUET: ".parquet", JSON_LINES: ".jsonl"}
JSON_NAMES = re.compile(r"\.(?:jsonl|ndjson|json)(?:\.gz)?$", re.IGNORECASE)
JSON_OBJECT = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
BYTES_LOOKED_AT = 1 << 16
# By their first bytes, what is no text with cells.
OTHERS = {
    ZIP: "a ZIP archive; unpack it",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of before 2007, or one with a password",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"<htm": "a web page, as some shops name .xls",
    b"<!DO": "a web page",
    b"<?xm": "an XML document",
}


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


def open_file(path: Path) -> BufferedIOBase:
    """Open a file, unpacking gzip by its content, not its name."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in OTHERS:
        raise UsageError(f"{path}: is {OTHERS[start]}; save it as CSV first")
    if path.suffix == ".gz" and not start.startswith(GZIP):
        raise UsageError(f"{path}: is no gzip file, as its name says; fetch it again, or take .gz off its name")
    return gzip.open(path) if start.startswith(GZIP) else path.open("rb")


def kind_of(path: Path) -> str:
    """Return what a file holds, by its content first.

    Raises:
        UsageError: it is missing, damaged, or not what its name says.
    """
    with readable(path):
        with path.open("rb") as file:
            start = file.read(4)
        if start == ZIP and is_workbook(path):
            return WORKBOOK
        if start == b"PAR1":
            return PARQUET
        if path.suffix.lower() == ".parquet":
            raise UsageError(
                f"{path}: is no Parquet file, as its name says; fetch it again, or take .parquet off its name"
            )
        with open_file(path) as unpacked:
            begin = unpacked.read(BYTES_LOOKED_AT)
    if JSON_OBJECT.match(begin):
        return JSON_LINES
    if not JSON_NAMES.search(path.name):
        return TEXT
    if begin.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise UsageError(f"{path}: is one list of JSON; write an object on each line, as by jq -c '.[]'")
    return JSON_LINES


def ending_of(path: Path) -> str:
    """Return the ending of a file's name that says what it holds, by its content: `.csv`, `.xlsx`, `.jsonl.gz`."""
    with readable(path), path.open("rb") as file:
        packed = ".gz" if file.read(len(GZIP)) == GZIP else ""
    return ENDINGS[kind_of(path)] + packed


def is_workbook(path: Path) -> bool:
    """Return whether a ZIP archive is an Excel workbook."""
    try:
        with ZipFile(path) as archive:
            return OF_A_WORKBOOK in archive.namelist()
    except BadZipFile:
        raise UsageError(f"{path}: the ZIP archive or workbook is damaged or cut short; fetch it again") from None
