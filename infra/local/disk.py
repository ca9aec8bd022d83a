"""Sizes as a disk and as a person count them, and how far a long copy is."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

# What a file takes on a disk is counted in blocks.
BLOCK = 4096
SECONDS_BETWEEN_LINES = 5


class Progress:
    """Says on standard error how far a long copy is."""

    def __init__(self, verb: str, name: str, total: int) -> None:
        """Begin to count towards `total` bytes."""
        self.text, self.total, self.done = f"{verb} {name}", total, 0
        self.last = time.monotonic()

    def add(self, size: int) -> None:
        """Count bytes, and say so now and then."""
        self.done += size
        if time.monotonic() - self.last > SECONDS_BETWEEN_LINES:
            self.last = time.monotonic()
            print(f"  {self.text}: {megabytes(self.done)} of {megabytes(self.total)}", file=sys.stderr, flush=True)


def megabytes(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{size / 1e6:,.1f} MB"


def on_disk(size: int) -> int:
    """Return what a file of `size` bytes takes on a disk, in bytes."""
    return -(-size // BLOCK) * BLOCK


def size_below(path: Path) -> int:
    """Return what a file, or everything below a folder, takes on a disk, in bytes; files may come and go meanwhile."""
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    total = 0
    for file in files if path.is_dir() else [path]:
        with suppress(OSError):
            total += on_disk(file.lstat().st_size)
    return total
