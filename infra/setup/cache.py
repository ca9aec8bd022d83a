"""The user's download cache, shared by all clones."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import UserError
from common.locks import exclusive


def folder(name: str) -> Path:
    """Return a folder of the cache, made if absent; `LAKEHOUSE_CACHE` moves the whole cache.

    Raises:
        UserError: it cannot be made.
    """
    chosen = os.environ.get("LAKEHOUSE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "customer-behaviour-lakehouse"
    path = (Path(chosen) if chosen else base) / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None
    return path


def unwritable(path: Path, error: OSError) -> UserError:
    """Return what to say of a cache that cannot be written."""
    return UserError(f"cannot write {path}: {error.strerror}; change its owner, free space, or set LAKEHOUSE_CACHE")


@contextmanager
def hold_cache() -> Iterator[None]:
    """Fill the cache alone: another set-up, of whatever clone, is waited for.

    Raises:
        UserError: the cache cannot be written.
    """
    path = folder(".") / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise unwritable(path, error) from None

    def wait(_: str) -> None:
        print("set-up: another one fills the download cache; waits for it to end", file=sys.stderr, flush=True)

    with exclusive(descriptor, wait):
        yield
