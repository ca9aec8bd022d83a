"""The user's download cache, shared by all clones."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import UserError


def folder(name: str) -> Path:
    """Return a folder of the cache, made if absent; `LAKEHOUSE_CACHE` moves the whole cache.

    Raises:
        UserError: it cannot be made.
    """
    given = os.environ.get("LAKEHOUSE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "customer-behaviour-lakehouse"
    path = (Path(given) if given else base) / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    return path


def unwritable(path: Path, error: OSError) -> UserError:
    """Return what to say of a cache that cannot be written."""
    return UserError(f"cannot write {path}: {error.strerror}; change its owner, free space, or set LAKEHOUSE_CACHE")


@contextmanager
def alone() -> Iterator[None]:
    """Fill the cache alone: another set-up, of whatever clone, is waited for.

    Raises:
        UserError: the cache cannot be written.
    """
    path = folder(".") / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise unwritable(path, error) from None
    with os.fdopen(descriptor, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("set-up: another one fills the download cache; waits for it to end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
