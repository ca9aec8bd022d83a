"""The user's download cache, shared by all clones."""

import os
from pathlib import Path


def folder(name: str) -> Path:
    """Return a folder of the cache, made if absent; `LAKEHOUSE_CACHE` moves the whole cache."""
    given = os.environ.get("LAKEHOUSE_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "customer-behaviour-lakehouse"
    path = (Path(given) if given else base) / name
    path.mkdir(parents=True, exist_ok=True)
    return path
