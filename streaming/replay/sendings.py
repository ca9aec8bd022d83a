"""Sendings of files: when one began, which is the latest of a source, what one made that a later one does not."""

import gzip
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from common.files import replace_file
from common.settings import Settings
from streaming.replay.times import iso

LINES_AT_ONCE = 1_000
SCHEMA = "create table earlier (topic text, id text, ms integer, currency text, primary key (topic, id)) without rowid"
FORGET = "delete from earlier where topic = ? and id = ?"
LEFT = "select topic, id, ms, currency from earlier order by topic, id"


class Made(NamedTuple):
    """An order or return that a sending made: its topic, its time in milliseconds, id and currency as JSON."""

    topic: str
    id: str
    ms: int
    currency: str


def begin(settings: Settings, identity: Mapping[str, Any], resumed_ms: int | None) -> int:
    """Return when a sending of a source began, in milliseconds since 1970, and keep it as the source's latest.

    One that goes on has its own. The same file by the same mapping has the one before, where it was the latest of its
    source: its events are then the same again. Any other begins now, later than all before.

    Args:
        settings: where the state folder is.
        identity: what is sent, `source` among it.
        resumed_ms: when the sending began that goes on, None where none does.
    """
    path = settings.path("replays", f"{identity['source']}.sending")
    latest = read(path)
    if resumed_ms is not None:
        return resumed_ms
    if latest and latest["identity"] == identity:
        return int(latest["began_ms"])
    began_ms = max(int(time.time() * 1000), int(latest["began_ms"]) + 1 if latest else 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps({"identity": dict(identity), "began_ms": began_ms}) + "\n")
    return began_ms


def read(path: Path) -> dict[str, Any] | None:
    """Return the latest sending of a source, None where there is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return {"identity": content["identity"], "began_ms": int(content["began_ms"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Sending:
    """One sending of a file: notes what it makes, and knows what earlier ones of the file made."""

    def __init__(self, folder: Path, digest: str, source: str, began_ms: int) -> None:
        """Take where notes are kept, the file's hash, the source, and when the sending began."""
        self.sent_at = iso(began_ms)
        prefix, suffix = f"{digest}.{source}.", ".made"
        self.path = folder / f"{prefix}{began_ms}{suffix}"
        others = [path for path in folder.glob(f"{prefix}*{suffix}") if path != self.path]
        # Not those of a source whose name goes on behind a dot.
        self.earlier = [path for path in others if path.name[len(prefix) : -len(suffix)].isdecimal()]
        self.pending: list[str] = []
        self.is_rehearsal = False
        self.database: sqlite3.Connection | None = None

    def open(self, database: sqlite3.Connection) -> None:
        """Begin to note, from the start; what earlier sendings made goes into a table of the stage."""
        if not self.is_rehearsal:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
        if not self.earlier:
            return
        self.database = database
        database.execute(SCHEMA)
        database.execute("begin")
        for path in self.earlier:
            database.executemany("insert or replace into earlier values (?, ?, ?, ?)", notes(path))

    def note(self, made: Made, *, is_cancelled: bool) -> None:
        """Note an order or return that this sending makes, or cancels; either takes the place of an earlier one."""
        if self.database is not None:
            self.database.execute(FORGET, (made.topic, made.id))
        if not is_cancelled:
            self.pending.append(f"{made.topic}\t{made.id}\t{made.ms}\t{made.currency}\n")
        if len(self.pending) >= LINES_AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what is noted and not written yet."""
        if self.is_rehearsal:
            self.pending.clear()
            return
        with gzip.open(self.path, "at", compresslevel=1, encoding="utf-8", newline="\n") as file:
            file.writelines(self.pending)
        self.pending.clear()

    def unmade(self) -> Iterator[Made]:
        """Yield what earlier sendings of the file made and this one, which has noted all, does not."""
        if self.database is not None:
            yield from map(Made._make, self.database.execute(LEFT))

    def finish(self) -> None:
        """Forget what earlier sendings made; this one stands in their place."""
        for path in self.earlier:
            path.unlink(missing_ok=True)


def notes(path: Path) -> Iterator[Made]:
    """Yield what a sending made; the notes of one that was cut off may end anywhere."""
    with suppress(EOFError, OSError), gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            topic, made_id, ms, currency = line.rstrip("\n").split("\t")
            yield Made(topic, made_id, int(ms), currency)
