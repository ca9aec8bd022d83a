"""The user's download cache, shared by all clones."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def folder(name: str) -> Path:
    """Return a folder of the cache, made if absent; `LAKEHOUSE_CACHE` moves the whole cache."""
    given = os.environ.get("LAKEHOUSE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "customer-behaviour-lakehouse"
    path = (Path(given) if given else base) / name
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def alone() -> Iterator[None]:
    """Fill the cache alone: another set-up, of whatever clone, is waited for."""
    with (folder(".") / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("set-up: another one fills the download cache; waits for it to end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
