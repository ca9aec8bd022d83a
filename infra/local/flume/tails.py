"""One look at the logs beside what is remembered of them: what is behind, what was lost, what has to be sent again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.flume.memory import Found, Log, Memory
from infra.local.flume.places import IS_LIVE, IS_READ

# So long after its content was found to be another one Flume has looked at a log, and noted how far it is, too.
SECONDS_OF_DOUBT = 1.5
# A renamed log to which nothing more is written; its last line is taken without its end only after the idle time.
QUIET_SECONDS, IDLE_SECONDS = 1.0, 10.0
PACKED = (".gz", ".bz2", ".xz", ".zst", ".lz4")


@dataclass(frozen=True)
class Piece:
    """Bytes of a file that have to be read once more; with `to_line_end`, up to the end of the line of `end`."""

    topic: str
    path: Path
    inode: int
    begin: int
    end: int
    to_line_end: bool = False


def files(folder: Path) -> Iterator[tuple[int, Found]]:
    """Yield the files of the topics below a folder, by number."""
    for place in sorted(folder.glob("*/*")):
        try:
            facts = place.stat()
        except OSError:
            continue
        if place.is_file():
            yield facts.st_ino, Found(place.parent.name, place, facts.st_size, facts.st_ctime)


class Look:
    """What one look changes in the memory; `pieces` are what has to be sent again, `waiting` bytes of renamed logs."""

    def __init__(self, memory: Memory, positions: Mapping[int, int], now: float) -> None:
        """Take what is remembered, and how far Flume has read."""
        self.memory, self.positions, self.now = memory, positions, now
        self.pieces: list[Piece] = []
        self.waiting = 0

    def at(self, found: Mapping[int, Found]) -> None:
        """Look at all files of the logs' folder."""
        if not self.memory.looked_at:
            self.memory.looked_at = self.now
        strangers = [(inode, one) for inode, one in found.items() if inode not in self.memory.logs]
        # By the live logs the others are known; and before a log is found to be cut, the copy of what it held is.
        strangers.sort(key=lambda each: not IS_READ.fullmatch(each[1].path.name))
        copied = [log for inode, one in strangers if (log := self.begin(inode, one)) is not None]
        for inode in [inode for inode in self.memory.logs if inode not in found]:
            self.gone(inode)
        for inode, one in found.items():
            log = self.memory.logs.get(inode)
            if log is not None and not log.is_of(one):
                self.replaced(inode, one, log, log.digest in [each.digest for each in copied])
            elif log is not None and IS_READ.fullmatch(one.path.name):
                self.live(inode, one, log)
            elif log is not None:
                self.renamed(inode, one, log)
        self.memory.looked_at = self.now

    def begin(self, inode: int, found: Found) -> Log | None:
        """Remember a file that was not there before; return the log that it is a copy of, where it is one."""
        name = found.path.name
        if IS_READ.fullmatch(name):
            log = Log.of(found, self.positions.get(inode, 0), self.now)
            old = self.memory.past.get(inode)
            if old is not None and old.read and not old.is_of(found):
                # Flume may take it for the one that had this number.
                log.doubt, log.doubted_at = old.read, self.now
            self.memory.logs[inode] = log
            return None
        if name.startswith((".", "_")) or name.endswith(PACKED) or found.changed_at <= self.memory.looked_at:
            return None
        known = [*self.memory.logs.values(), *reversed(self.memory.past.values())]
        logs = [one for one in known if one.topic == found.topic]
        original = next((one for one in logs if one.head_bytes and one.is_of(found)), None)
        if original or any(
            name.startswith(one.name.removesuffix(".log")) for one in logs if IS_LIVE.fullmatch(one.name)
        ):
            # Written since the last look, and renamed before anybody saw it; or a copy, of which the rest is missing.
            read = min(original.read, found.size) if original else 0
            self.memory.logs[inode] = Log.of(found, read, self.now)
        return original

    def gone(self, inode: int) -> None:
        """Note what was not read of a file that was removed."""
        log = self.memory.logs[inode]
        if log.size > log.read:
            self.note(
                f"{log.topic}/{log.name} was removed; of its end {log.size - log.read:,} bytes may not have been read"
            )
        self.memory.forget(inode)

    def replaced(self, inode: int, found: Found, log: Log, is_copied: bool) -> None:
        """Note what was not read of a log before it was cut, and doubt from where Flume reads what stands there now."""
        if log.size > log.read and not is_copied:
            unread = f"{log.size - log.read:,} bytes before that may not have been read"
            self.note(f"{log.topic}/{log.name} was cut, or written anew in its place; {unread}")
        self.memory.forget(inode)
        fresh = Log.of(found, 0, self.now)
        fresh.doubt, fresh.doubted_at = max(log.read, log.doubt, self.positions.get(inode, 0)), self.now
        self.memory.logs[inode] = fresh

    def live(self, inode: int, found: Found, log: Log) -> None:
        """Follow a log that Flume reads; send its beginning again where Flume went on in the middle of it."""
        position = self.positions.get(inode, log.read)
        if log.doubt and position < log.doubt:
            log.doubt = 0 if inode in self.positions else log.doubt
        elif log.doubt and self.now - log.doubted_at >= SECONDS_OF_DOUBT and found.size >= log.doubt:
            self.pieces.append(Piece(found.topic, found.path, inode, 0, position, to_line_end=True))
            what = "was cut, or written anew, and grew past where Flume stood before it looked"
            self.note(f"{log.topic}/{log.name} {what}: its first {position:,} bytes are sent again")
            log.doubt = 0
        log.follow(found, self.now)
        log.read = 0 if log.doubt else position

    def renamed(self, inode: int, found: Found, log: Log) -> None:
        """Send again what was not read of a log before it got another name; Flume may send it, too."""
        log.follow(found, self.now)
        log.read = log.read if log.doubt else max(log.read, self.positions.get(inode, 0))
        quiet = self.now - log.changed_at
        if log.read < log.size and quiet >= QUIET_SECONDS:
            end = log.size if quiet >= IDLE_SECONDS else end_of_lines(found.path, log.read, log.size)
            if end > log.read:
                self.pieces.append(Piece(found.topic, found.path, inode, log.read, end))
                log.read = end
        self.waiting += max(0, log.size - log.read)

    def note(self, text: str) -> None:
        """Keep what was found wrong."""
        self.memory.note(self.now, text)


def end_of_lines(path: Path, begin: int, end: int) -> int:
    """Return where the last whole line between two places of a file ends; `begin` where there is none."""
    block = 64 * 1024
    try:
        with path.open("rb") as file:
            for at in range(end, begin, -block):
                start = max(begin, at - block)
                file.seek(start)
                place = file.read(at - start).rfind(b"\n")
                if place >= 0:
                    return start + place + 1
    except OSError:
        pass
    return begin
