"""The files that a person names: regular ones, and the same from the first look to the last."""

import stat
from pathlib import Path
from typing import NamedTuple

from common.errors import UsageError


class State(NamedTuple):
    """What changes when a file is written to or replaced."""

    inode: int
    size: int
    modified_ns: int


def state(path: Path) -> State:
    """Return the state of a regular file.

    Raises:
        UsageError: it is not there, or a folder, a pipe or a device, which has no end or no second reading.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    if stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{path}: is a directory; name the file in it")
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path}: is not a regular file; write what comes out of it to one first")
    return State(status.st_ino, status.st_size, status.st_mtime_ns)


def require_unchanged(path: Path, before: State) -> None:
    """Refuse a file that was written to while it was read.

    Raises:
        UsageError: it is another one now, or gone.
    """
    if state(path) != before:
        raise UsageError(f"{path}: changed while it was read; nothing was sent: run it again when the file is whole")
