"""Files of the local disk: written whole or not at all, read, and hashed; the standard library alone, for set-up."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


def replace_file(path: Path, content: str | bytes, mode: int | None = None, sync: bool = False) -> None:
    """Put a file in place of what is there in one step: a reader sees the old file or the new one, never a part.

    Args:
        path: where to; its folder is there.
        content: a text is written as UTF-8.
        mode: the file's mode from its first byte on; by default what the process's umask allows.
        sync: whether the bytes are on the disk before the file takes its place.

    Raises:
        OSError: it cannot be written; the old file is as it was, and nothing is left beside it.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(content.encode() if isinstance(content, str) else content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_state(path: Path) -> dict[str, Any] | None:
    """Return the JSON object that a job wrote last; None where there is none, or it is not whole."""
    try:
        state: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return state
    except (OSError, ValueError):
        return None
