"""Sendings of files: when one began, which is the latest of a source, what one made that a later one does not."""

import gzip
import json
import re
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
COLUMNS = "topic text, id text, ms integer, currency text, shop text, customer text, primary key (topic, shop, id)"
ADD = "insert or replace into {} values (?, ?, ?, ?, ?, ?)"
SCHEMA = f"""
create table earlier ({COLUMNS}) without rowid;
create table returned ({COLUMNS}) without rowid;
begin;
"""
FORGET = "delete from {} where topic = ? and shop = ? and id = ?"
LEFT = "select * from earlier order by topic, shop, id"
RETURNED = "select * from returned where topic = 'returns' and shop = ? and id = ?"
# How the id of a return ends that was made of an order, as JSON.
OF_AN_ORDER = '/return"'


class Made(NamedTuple):
    """An order or return that a sending made: its topic, its time in milliseconds, id, currency and customer as JSON.

    `shop` is what stands behind the source's name for orders in another currency than its own.
    """

    topic: str
    id: str
    ms: int
    currency: str
    shop: str = ""
    customer: str = "null"


def begin(settings: Settings, identity: Mapping[str, Any], resumed_ms: int | None, currency: str = "") -> int:
    """Return when a sending of a source began, in milliseconds since 1970, and keep it as the source's latest.

    One that goes on has its own. The same file by the same mapping has the one before, where it was the latest of its
    source: its events are then the same again. Any other begins now, later than all before.

    Args:
        settings: where the state folder is.
        identity: what is sent, `source` among it.
        resumed_ms: when the sending began that goes on, None where none does.
        currency: the shop's own.
    """
    path = place(settings, identity["source"])
    latest = read(path)
    if resumed_ms is not None:
        return resumed_ms
    if latest and latest["identity"] == identity:
        return int(latest["began_ms"])
    began_ms = max(int(time.time() * 1000), int(latest["began_ms"]) + 1 if latest else 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"identity": dict(identity), "began_ms": began_ms, "currency": currency}
    replace_file(path, json.dumps(content) + "\n")
    return began_ms


def place(settings: Settings, source: str) -> Path:
    """Return where the latest sending of a source is kept."""
    return settings.path("replays", f"{source}.sending")


def own_currency(settings: Settings, source: str) -> str:
    """Return the shop's own currency by its latest sending, nothing where there is none or it does not say."""
    latest = read(place(settings, source))
    return latest["currency"] if latest else ""


def read(path: Path) -> dict[str, Any] | None:
    """Return the latest sending of a source, None where there is none."""
    try:
        content = json.loads(path.read_text("utf-8"))
        currency = str(content.get("currency", ""))
        return {"identity": content["identity"], "began_ms": int(content["began_ms"]), "currency": currency}
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Sending:
    """One sending of a file: notes what it makes, and knows what earlier ones of the file made.

    Of other files of the source it knows the returns that were made of orders, since an order of a later file stands
    whole, with what was returned of it.
    """

    def __init__(self, folder: Path, digest: str, source: str, began_ms: int) -> None:
        """Take where notes are kept, the file's hash, the source, and when the sending began."""
        self.sent_at = iso(began_ms)
        prefix, suffix = f"{digest}.{source}.", ".made"
        self.path = folder / f"{prefix}{began_ms}{suffix}"
        others = [path for path in folder.glob(f"{prefix}*{suffix}") if path != self.path]
        # Not those of a source whose name goes on behind a dot.
        self.earlier = [path for path in others if path.name[len(prefix) : -len(suffix)].isdecimal()]
        self.others = of_other_files(folder, digest, source)
        self.pending: list[str] = []
        self.is_rehearsal = False
        self.database: sqlite3.Connection | None = None

    def open(self, database: sqlite3.Connection) -> None:
        """Begin to note, from the start; what earlier sendings made goes into tables of the stage."""
        if not self.is_rehearsal:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
        if not self.earlier and not self.others:
            return
        self.database = database
        database.executescript(SCHEMA)
        for path in self.earlier:
            database.executemany(ADD.format("earlier"), notes(path))
        for path in self.others:
            returned = (made for made in notes(path) if made.topic == "returns" and made.id.endswith(OF_AN_ORDER))
            database.executemany(ADD.format("returned"), returned)

    def note(self, made: Made, *, is_cancelled: bool) -> None:
        """Note an order or return that this sending makes, or cancels; either takes the place of an earlier one."""
        self.forget(made)
        if not is_cancelled:
            self.pending.append("\t".join((made.topic, made.id, str(made.ms), *made[3:])) + "\n")
        if len(self.pending) >= LINES_AT_ONCE:
            self.write()

    def forget(self, made: Made) -> None:
        """Take out what earlier sendings made of an order or return."""
        if self.database is not None:
            for table in ("earlier", "returned"):
                self.database.execute(FORGET.format(table), (made.topic, made.shop, made.id))

    def returned_before(self, return_id: str, shop: str) -> list[Made]:
        """Return, once, what other files had as the return of an order of this one that this one does not make."""
        if not self.others or self.database is None:
            return []
        found = list(map(Made._make, self.database.execute(RETURNED, (shop, return_id))))
        for made in found:
            self.forget(made)
        return found

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


def of_other_files(folder: Path, digest: str, source: str) -> list[Path]:
    """Return the notes of a source's sendings of other files, those that were sent later behind the others."""
    of_source = re.compile(rf"(?!{re.escape(digest)})[^.]+\.{re.escape(source)}\.([0-9]+)\.made")
    found = ((path, of_source.fullmatch(path.name)) for path in folder.glob("*.made"))
    return [path for _, path in sorted((int(match[1]), path) for path, match in found if match)]


def notes(path: Path) -> Iterator[Made]:
    """Yield what a sending made; the notes of one that was cut off may end anywhere."""
    with suppress(EOFError, OSError), gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            # Notes of before orders had shops of their own have no shop, and later ones no customer.
            topic, made_id, ms, currency, *further = line.rstrip("\n").split("\t")
            yield Made(topic, made_id, int(ms), currency, *further)
