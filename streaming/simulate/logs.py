"""The shop's log of visits, as an app writes it: a line is one event, a full file makes place for a new one."""

import time
from pathlib import Path

from common.errors import UserError

NAME = "visits.log"
# A log of this size is renamed, as log rotation does; nothing is written to it any more.
ROTATED_BYTES = 10 * 1024 * 1024


class VisitLog:
    """The log of one run, below a folder: `visits.log`, and the full ones as `visits-<time>-<number>.log`."""

    def __init__(self, folder: Path) -> None:
        """Go on with the log that is there.

        Raises:
            UserError: the folder cannot be written.
        """
        self.path = folder / NAME
        self.lines, self.rotated, self.began = 0, 0, int(time.time())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.file = self.path.open("ab")
        except OSError as error:
            raise UserError(f"{self.path}: {error.strerror}; name another folder for the logs") from None

    def add(self, event: bytes) -> None:
        """Write an event; one that holds an end of line, as only a broken one can, stays one line."""
        self.file.write(event.replace(b"\n", b" ") + b"\n")
        self.lines += 1
        if self.file.tell() >= ROTATED_BYTES:
            self.rotate()

    def rotate(self) -> None:
        """Give the full log another name and begin a new one."""
        self.file.close()
        self.rotated += 1
        self.path.rename(self.path.with_name(f"visits-{self.began}-{self.rotated}.log"))
        self.file = self.path.open("ab")

    def flush(self) -> None:
        """Let readers see what was written."""
        self.file.flush()

    def close(self) -> None:
        """End the log; its last line is whole."""
        self.file.close()
