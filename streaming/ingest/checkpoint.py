"""The query's checkpoint, read and judged before anything is planned.

Beside Spark's own `offsets` (batches planned) and `commits` (batches finished) the folder holds

    identity.json     the id that binds Delta's transaction identifiers to this very checkpoint, the number of its
                      first batch in `ingest_seq`, where it began, and the topics' identities then
    plans/<batch>     the contracts and the topics' identities that hold from this batch on

so that a batch that was planned before a crash ends under the contracts it began with, and that batch `n` is
`ingest_seq` = first + n whenever it runs. What Delta has of this id tells which batch landed last. Every other state
than "all planned batches are finished" and "the last one is not" is damage, and damage is refused: from a checkpoint
that was set back, Delta would take new records for a batch that it knows, and drop them.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import SparkSession

from common.contracts.model import Contracts
from common.contracts.serialization import from_json, to_json
from common.errors import UserError
from common.lake_paths import EVENTS_CHECKPOINT
from common.settings import Settings
from streaming.folder import Folder

REMEDY = "`make recover` rebuilds it from bronze.events"
# Topic, partition, and the offset of the record that comes next.
Offsets = dict[str, dict[int, int]]


@dataclass(frozen=True)
class Plan:
    """What holds from a batch on."""

    contracts: Contracts
    topic_ids: dict[str, str]

    def text(self) -> str:
        """Return the plan as JSON."""
        return json.dumps({"topic_ids": self.topic_ids, "contracts": json.loads(to_json(self.contracts))})

    @classmethod
    def of(cls, text: str) -> "Plan":
        """Return the plan of its JSON."""
        content = json.loads(text)
        return cls(from_json(json.dumps(content["contracts"])), content["topic_ids"])


@dataclass(frozen=True)
class Identity:
    """What a checkpoint is: the application that Delta knows its batches by, the number in bronze of batch 0, where
    that begins, and the identities of its topics.
    """

    application: str
    first_seq: int
    start: Offsets
    topic_ids: dict[str, str]

    @classmethod
    def fresh(cls, first_seq: int, start: Offsets, topic_ids: Mapping[str, str]) -> "Identity":
        """Return the identity of a new checkpoint whose first batch is `first_seq` and reads from `start`."""
        return cls(str(uuid.uuid4()), first_seq, start, dict(topic_ids))

    def text(self) -> str:
        """Return the identity as JSON."""
        return json.dumps(
            {"id": self.application, "first_seq": self.first_seq, "start": self.start, "topic_ids": self.topic_ids}
        )

    @classmethod
    def of(cls, text: str) -> "Identity":
        """Return the identity of its JSON."""
        content = json.loads(text)
        start = {topic: by_partition(offsets) for topic, offsets in content["start"].items()}
        return cls(str(content["id"]), int(content["first_seq"]), start, dict(content["topic_ids"]))


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint of the lake."""

    spark: SparkSession
    folder: Folder

    @classmethod
    def of(cls, spark: SparkSession, settings: Settings) -> "Checkpoint":
        """Return the platform's checkpoint, which need not be there."""
        return cls(spark, Folder(spark, f"{settings.hdfs_url}{EVENTS_CHECKPOINT}"))

    def exists(self) -> bool:
        """Return whether there is one."""
        return "identity.json" in self.folder.names()

    def create(self, identity: Identity) -> None:
        """Begin a checkpoint of this identity."""
        self.folder.write("identity.json", identity.text())

    @cached_property
    def identity(self) -> Identity:
        """Return the content of `identity.json`.

        Raises:
            UserError: it is damaged.
        """
        try:
            return Identity.of(self.folder.read("identity.json") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise damage("identity.json cannot be read") from None

    @property
    def application(self) -> str:
        """Return the application that Delta knows this checkpoint's batches by."""
        return self.identity.application

    @property
    def start(self) -> Offsets:
        """Return where the first batch begins."""
        return self.identity.start

    def topic_ids(self, plan: "Plan | None") -> dict[str, str]:
        """Return the identities of the topics that it reads by a plan, or has begun with where there is none yet."""
        return plan.topic_ids if plan else self.identity.topic_ids

    def seq(self, batch: int) -> int:
        """Return a batch's number in bronze."""
        return self.identity.first_seq + batch

    def plan(self, batch: int) -> Plan | None:
        """Return the plan that holds for a batch; None where there is none yet.

        Raises:
            UserError: it is damaged.
        """
        plans = self.folder.below("plans")
        due = [number for number in plans.numbers() if number <= batch]
        try:
            return Plan.of(plans.read(str(due[-1])) or "") if due else None
        except (ValueError, KeyError, TypeError, UserError):
            raise damage(f"plans/{due[-1]} cannot be read") from None

    def write_plan(self, batch: int, plan: Plan) -> None:
        """Let a plan hold from a batch on."""
        self.folder.below("plans").write(str(batch), plan.text())

    def last_planned(self) -> int:
        """Return the last batch that was planned, -1 for none."""
        return newest(self.folder.below("offsets").numbers())

    def last_finished(self) -> int:
        """Return the last batch that Spark knows to be finished, -1 for none."""
        return newest(self.folder.below("commits").numbers())

    def end_offsets(self, batch: int) -> Offsets:
        """Return the offsets that a batch ends before; where the checkpoint began for batch -1.

        Raises:
            UserError: the batch's plan is damaged.
        """
        if batch < 0:
            return self.start
        lines = (self.folder.below("offsets").read(str(batch)) or "").splitlines()
        try:
            return {topic: by_partition(parts) for topic, parts in json.loads(lines[-1]).items()}
        except (ValueError, IndexError, AttributeError):
            raise damage(f"offsets/{batch} cannot be read") from None

    def next_offsets(self, landed: int) -> Offsets:
        """Return the offset that follows all that has landed, for each partition that was read.

        Args:
            landed: the last batch that bronze has of this checkpoint, -1 for none.

        Raises:
            UserError: the checkpoint is damaged; the text says how, and the remedy.
        """
        planned, finished = self.last_planned(), self.last_finished()
        if finished > planned or planned > finished + 1:
            raise damage(f"batch {planned} is the last that was planned, {finished} the last that was finished")
        if landed not in (planned, finished):
            raise damage(f"batch {landed} is the last in bronze.events, {planned} the last in the checkpoint")
        if planned >= 0:
            self.end_offsets(planned)
        return {**self.start, **self.end_offsets(landed)} if landed >= 0 else self.start


def damage(how: str) -> UserError:
    """Return the error of a checkpoint that does not say where the ingest was."""
    return UserError(f"the checkpoint {EVENTS_CHECKPOINT} is damaged: {how}; {REMEDY}")


def by_partition(partitions: Mapping[str, int]) -> dict[int, int]:
    """Return partitions by number, as JSON cannot have them."""
    return {int(number): int(offset) for number, offset in partitions.items()}


def newest(numbers: Sequence[int]) -> int:
    """Return the largest number, -1 for none."""
    return numbers[-1] if numbers else -1
