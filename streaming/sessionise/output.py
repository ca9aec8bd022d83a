"""What a run leaves: a file of events, and one of the lines that could not be read; each whole, or not there."""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from common.errors import UserError, why

HASH_DIGITS = 12


class Output:
    """A new file of a folder, for its owner alone, which has no name before it is kept.

    As a context, it leaves nothing that was not kept.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Begin the file.

        Raises:
            UserError: the folder cannot be written.
        """
        self.folder, self.lines, self.digest = folder, 0, hashlib.sha256()
        self.path = folder / f".{name}.{os.getpid()}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
            self.file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise self.failure(error) from None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file, and remove it unless it was kept."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def add(self, lines: Iterable[bytes]) -> None:
        """Write lines, given without their ends.

        Raises:
            UserError: there is no room.
        """
        try:
            for line in lines:
                self.digest.update(line)
                self.file.write(line + b"\n")
                self.lines += 1
        except OSError as error:
            raise self.failure(error) from None

    def keep(self, name: str, ending: str) -> Path:
        """Give the file its name, with the hash of its content; the same content again takes its own place."""
        path = self.folder / f"{name}-{self.digest.hexdigest()[:HASH_DIGITS]}{ending}"
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.path.replace(path)
        except OSError as error:
            raise self.failure(error) from None
        return path

    def failure(self, error: OSError) -> UserError:
        """Return a fault of writing in one line."""
        return UserError(f"{self.folder}: {why(error)}; free space, or name another folder by --out")


def fault(log: Path, number: int, reason: str) -> bytes:
    """Return the line that says of one line of a log why it is no request; what stands in it is not repeated."""
    return json.dumps({"file": str(log), "line": number, "reason": reason}, ensure_ascii=False).encode(
        errors="backslashreplace"
    )
