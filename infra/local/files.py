"""How configuration files and stamps are written: whole or not at all, with their mode, and only when they differ."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from common.errors import UserError
from common.files import replace_file

PRIVATE = 0o600
READABLE = 0o644


def folder(path: Path, mode: int = 0o755) -> Path:
    """Make a folder, and its parents, and return it.

    Raises:
        UserError: it cannot be made.
    """
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
    except OSError as error:
        raise cannot_write(path, error) from None
    return path


def write(path: Path, text: str, mode: int = READABLE) -> Path:
    """Write a file whole, with its mode from the first byte; a file that already says so is left alone.

    Raises:
        UserError: the folder cannot be written or the disk is full.
    """
    folder(path.parent)
    try:
        if not (path.is_file() and path.stat().st_mode & 0o777 == mode and path.read_text() == text):
            replace_file(path, text, mode)
    except OSError as error:
        raise cannot_write(path, error) from None
    return path


def cannot_write(path: Path, error: OSError) -> UserError:
    """Return the error that tells the user why `path` cannot be written."""
    return UserError(f"cannot write {path}: {error.strerror}; free space, change its owner, or set STATE_DIR")


def writable(path: Path) -> bool:
    """Return whether files can be made below a path that may not exist yet."""
    while not path.exists():
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def xml(values: Mapping[str, object]) -> str:
    """Return a Hadoop configuration file."""
    rows = (
        f"  <property><name>{escape(name)}</name><value>{escape(str(value))}</value></property>"
        for name, value in values.items()
    )
    return "\n".join(['<?xml version="1.0"?>', "<configuration>", *rows, "</configuration>", ""])


def properties(values: Mapping[str, object], separator: str = "=") -> str:
    """Return a file of `name=value` lines; a backslash is doubled, because Java reads it as an escape."""
    return "".join(f"{name}{separator}{str(value).replace(chr(92), chr(92) * 2)}\n" for name, value in values.items())


def digest(paths: Iterable[Path]) -> str:
    """Return a hash over the content of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def has_stamp(path: Path, fingerprint: str) -> bool:
    """Return whether the stamp at `path` holds `fingerprint`: the work it stands for was done."""
    return path.is_file() and path.read_text() == fingerprint
