"""The checkpoints of the monitor's queries: judged before a query starts, and left behind where they are of no use.

To begin again loses nothing and shows nothing twice: a new checkpoint begins where the marts end (`starts.py`), the
baseline knows what lies before, and what is found a second time has the identity that it had.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import SparkSession

from common.lake_paths import MONITOR_CHECKPOINTS
from common.settings import Settings
from streaming.folder import Folder
from streaming.progress import say

IDENTITY = "identity.json"
# What the engine says where its own files are not what it wrote; an HDFS that does not answer is said the same way.
DAMAGE = re.compile(
    r"CANNOT_LOAD_STATE_STORE|STATE_STORE_\w+|STATE_DATA_SOURCE_\w+|BATCH_METADATA_NOT_FOUND|CANNOT_READ_OFFSET"
    r"|log file|Incompatible format|MALFORMED_CHECKPOINT|checksum|changelog"
)
FAILURES_OF_DAMAGE = 2


@dataclass
class Checkpoint:
    """A query's checkpoint, which need not be there; `topic_ids` are the identities of the topics that it reads now."""

    spark: SparkSession
    settings: Settings
    query: str

    @property
    def folder(self) -> Folder:
        """Return its folder."""
        return Folder(self.spark, address(self.settings, self.query))

    def open(self, topic_ids: Mapping[str, str]) -> bool:
        """Judge it and return whether the query begins; a new one has its address and the topics' identities.

        One that cannot be gone on from is moved aside, and that is said.
        """
        if self.has_batches() and (damage := self.damage(topic_ids)):
            self.leave(damage)
        begins = not self.has_batches()
        if begins:
            identity = {"address": address(self.settings, self.query), "topics": dict(topic_ids)}
            self.folder.write(IDENTITY, json.dumps(identity))
        return begins

    def has_batches(self) -> bool:
        """Return whether the engine has planned or finished anything in it."""
        return any(self.folder.below(name).numbers() for name in ("offsets", "commits", "state"))

    def damage(self, topic_ids: Mapping[str, str]) -> str | None:
        """Return why it cannot be gone on from; None where it can."""
        planned, finished = (self.folder.below(name).numbers() for name in ("offsets", "commits"))
        if not planned or (finished and finished[-1] > planned[-1]) or "metadata" not in self.folder.names():
            return "files of it are missing"
        try:
            known = json.loads(self.folder.read(IDENTITY) or "")
            was, topics = known["address"], known["topics"]
        except (ValueError, KeyError, TypeError):
            return f"its {IDENTITY} is missing or damaged"
        # The files of a state name each other by full addresses; a NameNode that is gone is waited for without a word.
        if was != address(self.settings, self.query):
            return f"it was begun at {was}"
        changed = [topic for topic, one in topic_ids.items() if topics.get(topic, one) != one]
        return f"topic {', '.join(changed)} was created again" if changed else None

    def leave(self, why: str) -> None:
        """Move it aside, so that the query begins."""
        aside = self.folder.move_aside().rpartition("/")[2]
        say(
            f"monitor, {self.query}: its checkpoint is of no use ({why}) and lies in {aside} now; what has happened"
            " since the marts is read again, and what was found already is not shown twice"
        )


def address(settings: Settings, query: str) -> str:
    """Return the full address of a query's checkpoint."""
    return f"{settings.hdfs_url}{MONITOR_CHECKPOINTS}/{query}"


def is_damage(error: Exception) -> bool:
    """Return whether a query's failure looks as if its checkpoint were damaged."""
    return bool(DAMAGE.search(str(error)))
