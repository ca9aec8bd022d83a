"""What is replayed: a file by a mapping as a source, and what follows from these."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import chain
from pathlib import Path

from common.contracts import model as contracts
from common.errors import UsageError
from common.settings import Settings
from streaming import files
from streaming.declare import TOPIC as SOURCES
from streaming.declare import declaration
from streaming.producer import Message
from streaming.reading.ids import Hash, Ids
from streaming.replay import resume, sendings
from streaming.replay.events import Events, Tally
from streaming.replay.mapping import Mapping
from streaming.replay.sendings import Made, Sending
from streaming.replay.shops import Shops, shops_of
from streaming.replay.stage import Stage
from streaming.replay.times import MS_PER_DAY, iso

TOPICS = ("orders", "returns")


@dataclass(frozen=True)
class Job:
    """What is replayed: a file by a mapping as a source; `digest` is the hash of it and of the files joined to it."""

    settings: Settings
    path: Path
    states: dict[Path, files.State]
    digest: str
    mapping: Mapping
    source: str
    shift_to: date | None
    contracts: contracts.Contracts

    @cached_property
    def identity(self) -> dict[str, str | None]:
        """By what a finished replay of the file is known."""
        shift_to = None if self.shift_to is None else self.shift_to.isoformat()
        sha256 = resume.mapping_sha256(self.mapping)
        return {"source": self.source, "mapping": self.mapping.name, "mapping_sha256": sha256, "shift_to": shift_to}

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the events."""
        return tuple(dict.fromkeys((*TOPICS, *self.mapping.files)))

    def declaration(self, source: str) -> Message:
        """Return the event that says in which zone a shop's days begin; it goes before all others."""
        zone, version = self.mapping.time_zone.key, self.contracts.versions[SOURCES]
        said = declaration(source, zone, datetime.now(UTC), version, self.mapping.segment_by)
        return Message(SOURCES, source, said)

    def shops(self, stage: Stage) -> Shops:
        """Return the shops of the staged file, by their currencies, and say of them in the stage's notes."""
        before = sendings.own_currency(self.settings, self.source)
        # Of orders alone nobody asks where a customer buys.
        known = self.made_before if self.mapping.files else tuple
        found = shops_of(stage.database, self.source, self.mapping.currency, before, known)
        stage.notes += [found.note] if found.others else []
        return found

    def made_before(self) -> Iterator[Made]:
        """Yield what sendings of other files of the source made, the latest last."""
        folder = self.settings.path("replays")
        return chain.from_iterable(map(sendings.notes, sendings.of_other_files(folder, self.digest, self.source)))

    def sending(self, began_ms: int) -> Sending:
        """Return a sending of the file."""
        return Sending(self.settings.path("replays"), self.digest, self.source, began_ms)

    def events(self, stage: Stage, sending: Sending, hash_text: Hash, shops: Shops) -> Events:
        """Return what makes the events of the staged file; e-mail addresses by a hash."""
        shift = shift_ms(stage, self.shift_to)
        pseudonymise = Ids(self.mapping, hash_text).without_addresses
        return Events(self.mapping, self.source, shift, Tally(), self.contracts.versions, sending, pseudonymise, shops)


def shift_ms(stage: Stage, shift_to: date | None) -> int:
    """Return by how much the times move: whole days, the newest event to the day before `shift_to`."""
    newest = stage.newest_ms()
    if shift_to is None or newest is None:
        return 0
    if shift_to > datetime.now(UTC).date() + timedelta(days=1):
        raise UsageError(f"--shift-to {shift_to} lies in the future; events of the future are quarantined")
    newest_day = date.fromisoformat(iso(newest)[:10])
    return (shift_to - timedelta(days=1) - newest_day).days * MS_PER_DAY
