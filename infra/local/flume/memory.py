"""What is remembered of the logs, so that what TAILDIR cannot see is seen: by their first bytes, not by their numbers.

TAILDIR 1.11 knows a log by the number of its file (inode) alone, and a position in it. So it goes on in the middle of a
log that was cut and has grown past that position, or of another one that got the number of a removed one; and of a log
that was renamed while it did not run it never reads the rest. Here the position is remembered with the log's beginning.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from common.files import replace_file

HEAD_BYTES = 1024
# Of logs that are gone or were cut: enough for a copy that log rotation made, or a number that comes again.
PAST_LOGS, PAST_FAULTS = 200, 50


@dataclass(frozen=True)
class Found:
    """A file of a topic's folder as it is now."""

    topic: str
    path: Path
    size: int
    changed_at: float

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """Return the first bytes; none where the file is gone."""
        try:
            with self.path.open("rb") as file:
                return file.read(count)
        except OSError:
            return b""


@dataclass
class Log:
    """A log as it was when it was last looked at.

    `digest` is that of its first `head_bytes`, `read` is how far Flume has read it, or what was sent again of it.
    While `doubt` is more than 0, nobody knows whether Flume begins anew in what stands there now, or went on there.
    """

    topic: str
    name: str
    digest: str
    head_bytes: int
    size: int
    read: int
    changed_at: float
    doubt: int = 0
    doubted_at: float = 0.0

    @classmethod
    def of(cls, found: Found, read: int, now: float) -> "Log":
        """Return what is to be remembered of a file."""
        head = found.head()
        return cls(found.topic, found.path.name, digest(head), len(head), found.size, read, now)

    def is_of(self, found: Found) -> bool:
        """Return whether a file begins as this log did."""
        head = found.head(self.head_bytes)
        return len(head) == self.head_bytes and digest(head) == self.digest

    def follow(self, found: Found, now: float) -> None:
        """Take the file's name and size, and more of its beginning while that grows."""
        if found.size != self.size:
            self.changed_at = now
        if self.head_bytes < HEAD_BYTES and found.size > self.head_bytes:
            head = found.head()
            self.digest, self.head_bytes = digest(head), len(head)
        self.name, self.size = found.path.name, found.size


def digest(head: bytes) -> str:
    """Return what stands for a log's beginning."""
    return hashlib.sha256(head).hexdigest()


@dataclass
class Memory:
    """All of it: the logs by the number of their file, those that are gone or were cut, and what was found wrong."""

    looked_at: float = 0.0
    logs: dict[int, Log] = field(default_factory=dict)
    past: dict[int, Log] = field(default_factory=dict)
    faults: list[dict[str, object]] = field(default_factory=list)

    def forget(self, inode: int) -> None:
        """Put a log among those of the past."""
        self.past.pop(inode, None)
        self.past[inode] = self.logs.pop(inode)
        for old in list(self.past)[:-PAST_LOGS]:
            del self.past[old]

    def note(self, at: float, text: str) -> None:
        """Keep what was found wrong."""
        self.faults = [*self.faults, {"at": at, "text": text}][-PAST_FAULTS:]


def load(path: Path) -> Memory:
    """Return what was remembered; nothing where the file is not there, or is none."""
    try:
        state = json.loads(path.read_text("utf-8"))
        logs, past = ({int(one): Log(**log) for one, log in state[name].items()} for name in ("logs", "past"))
        return Memory(state["looked_at"], logs, past, state["faults"])
    except (OSError, ValueError, KeyError, TypeError):
        return Memory()


def store(path: Path, memory: Memory) -> None:
    """Write it, whole.

    Raises:
        OSError: it cannot be written.
    """
    replace_file(path, json.dumps(asdict(memory)), 0o600)


def positions(path: Path) -> Mapping[int, int] | None:
    """Return how far TAILDIR has read each file, by its number; None where it is writing just now."""
    try:
        return {one["inode"]: one["pos"] for one in json.loads(path.read_text("utf-8"))}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError):
        return None
