"""The logs that a person names: which files, what they are, and their lines."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, cast

from common.errors import UsageError, UserError, why
from streaming import files
from streaming.import_raw.raw_files import COMPRESSED, GZIP, UNFINISHED_ENDS, UNFINISHED_STARTS
from streaming.sessionise.lines import Lines, UnreadableError

HEAD_BYTES, BLOCK = 1 << 16, 1 << 20
# Longer than any server writes.
LONGEST_LINE = 1 << 18
FOREVER = 1 << 62
ERROR_LOG = re.compile(rb"\d{4}/\d\d/\d\d |\[[A-Z][a-z]{2} [A-Z][a-z]{2} ")
WANTED = "have the server write the format `combined` (nginx: access_log … combined; Apache: CustomLog … combined)"

NO_END = "has no end: it is still being written, or was cut"
TOO_LONG = f"is longer than {LONGEST_LINE:,} bytes"


@dataclass(frozen=True)
class Log:
    """A file as it was when it was looked at; `head` is how its text begins."""

    path: Path
    state: files.State
    head: bytes


def find(place: Path) -> tuple[list[Log], list[str]]:
    """Return the logs that a path names, by name, and the names in a folder that are passed over.

    Raises:
        UserError: there is none, one is no access log, or two of them are the same one.
    """
    passed_over: list[str] = []
    paths = [place]
    if place.is_dir():
        try:
            names = sorted(place.iterdir())
        except OSError as error:
            raise UsageError(f"{place}: {why(error)}") from None
        paths = [path for path in names if not is_no_log(path)]
        passed_over = [path.name for path in names if is_no_log(path)]
        if not paths:
            raise UsageError(f"{place}: there is no log in this folder; name the one that access.log is in")
    logs = [look_at(path) for path in paths]
    require_different(logs)
    return logs, passed_over


def is_no_log(path: Path) -> bool:
    """Return whether something in a folder is no access log by its name."""
    name = path.name
    return (
        path.is_dir() or name.startswith(UNFINISHED_STARTS) or name.endswith(UNFINISHED_ENDS) or "error" in name.lower()
    )


def look_at(path: Path) -> Log:
    """Return a file as it is now.

    Raises:
        UserError: it cannot be read, or is no access log; an empty one is.
    """
    state = files.state(path)
    with opened(path) as content:
        head = content.read(HEAD_BYTES)
    lines = [line.rstrip(b"\r") for line in head.split(b"\n") if line.strip()]
    if lines and not any(map(is_readable, lines)):
        raise UsageError(f"{path}: is {kind(head)}, not an access log; {WANTED}, or convert it")
    return Log(path, state, head)


def is_readable(line: bytes) -> bool:
    """Return whether a line is of an access log."""
    with suppress(UnreadableError):
        Lines(FOREVER).request(line)
        return True
    return False


def kind(head: bytes) -> str:
    """Return what a file seems to be that is no access log."""
    text = head.lstrip()
    if b"\0" in head:
        return "binary, or text in UTF-16"
    if text.startswith((b"{", b"[{")):
        return "a log in JSON"
    if text.startswith((b"#Software:", b"#Version:", b"#Fields:", b"#Date:")):
        return "a log in the extended format of W3C, as IIS writes it"
    if ERROR_LOG.match(text):
        return "a log of errors"
    return "of another format"


def require_different(logs: list[Log]) -> None:
    """Refuse a log that is there twice, as while it is compressed: its pages would count twice.

    Raises:
        UserError: the text names both.
    """
    by_head = sorted((log for log in logs if log.head), key=lambda log: log.head)
    for one, other in pairwise(by_head):
        if other.head.startswith(one.head):
            raise UserError(f"{one.path} and {other.path} begin alike: one log twice; take one of them away")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Yield the text of a file, unpacked where it is gzip by its content.

    Raises:
        UserError: it cannot be read, is damaged, or compressed in another way.
    """
    try:
        with path.open("rb", BLOCK) as file:
            head = cast(io.BufferedReader, file).peek(8)
            for magic, name in COMPRESSED.items():
                if head.startswith(magic):
                    raise UsageError(f"{path}: is {name}; unpack it, or pack it as gzip")
            packed = head.startswith(GZIP)
            yield io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=file)), BLOCK) if packed else file
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{path}: the gzip file is damaged or cut short ({error}); fetch it again") from None
    except OSError as error:
        raise UserError(f"{path}: {why(error)}") from None


def lines(log: Log) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield the number of each line that is not blank, its text, and why it has none: it is too long, or not whole.

    Raises:
        UserError: the file cannot be read, or is not the one that was looked at.
    """
    with opened(log.path) as content:
        number = 0
        while raw := content.readline(LONGEST_LINE):
            number += 1
            reason = None
            if not raw.endswith(b"\n"):
                reason = TOO_LONG if len(raw) == LONGEST_LINE else NO_END
                while raw and not raw.endswith(b"\n"):
                    raw = content.readline(LONGEST_LINE)
            line = b"" if reason else raw.rstrip(b"\r\n")
            if line or reason:
                yield number, line, reason
    now = files.state(log.path)
    if now.inode != log.state.inode or now.size < log.state.size:
        raise UserError(f"{log.path}: was rotated while it was read; nothing was written: run it again")
