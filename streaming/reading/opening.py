"""A file that somebody brings, opened: every fault of it as a whole is one line that names it."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from common import files
from common.errors import UsageError

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
# By their first bytes, what is no text with cells.
OTHERS = {
    ZIP: "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of before 2007",
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
