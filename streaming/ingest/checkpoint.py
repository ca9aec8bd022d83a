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
from streaming.ingest.folder import Folder

REMEDY = "`make recover` rebuilds it from bronze.events"
# Topic, partition, and the offset that follows.
Positions = dict[str, dict[int, int]]


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

    def create(self, first_seq: int, start: Positions, topic_ids: Mapping[str, str]) -> None:
        """Begin a checkpoint whose first batch is `first_seq` and reads from `start` of these very topics."""
        identity = {"id": str(uuid.uuid4()), "first_seq": first_seq, "start": start, "topic_ids": dict(topic_ids)}
        self.folder.write("identity.json", json.dumps(identity))

    @cached_property
    def identity(self) -> dict:
        """Return the content of `identity.json`.

        Raises:
            UserError: it is damaged.
        """
        try:
            content = json.loads(self.folder.read("identity.json") or "")
            return {
                "id": str(content["id"]), "first_seq": int(content["first_seq"]), "start": content["start"],
                "topic_ids": dict(content["topic_ids"]),
            }  # fmt: skip
        except (ValueError, KeyError, TypeError):
            raise damaged("identity.json cannot be read") from None

    @property
    def application(self) -> str:
        """Return the application that Delta knows this checkpoint's batches by."""
        return str(self.identity["id"])

    @property
    def start(self) -> Positions:
        """Return where the first batch begins."""
        return {topic: numbered(parts) for topic, parts in self.identity["start"].items()}

    def topic_ids(self, plan: "Plan | None") -> dict[str, str]:
        """Return the identities of the topics that it reads by a plan, or has begun with where there is none yet."""
        return plan.topic_ids if plan else dict(self.identity["topic_ids"])

    def seq(self, batch: int) -> int:
        """Return a batch's number in bronze."""
        return int(self.identity["first_seq"]) + batch

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
            raise damaged(f"plans/{due[-1]} cannot be read") from None

    def keep_plan(self, batch: int, plan: Plan) -> None:
        """Let a plan hold from a batch on."""
        self.folder.below("plans").write(str(batch), plan.text())

    def planned(self) -> int:
        """Return the last batch that was planned, -1 for none."""
        return last(self.folder.below("offsets").numbers())

    def finished(self) -> int:
        """Return the last batch that Spark knows to be finished, -1 for none."""
        return last(self.folder.below("commits").numbers())

    def ends(self, batch: int) -> Positions:
        """Return the offsets that a batch ends before; where the checkpoint began for batch -1.

        Raises:
            UserError: the batch's plan is damaged.
        """
        if batch < 0:
            return self.start
        lines = (self.folder.below("offsets").read(str(batch)) or "").splitlines()
        try:
            return {topic: numbered(parts) for topic, parts in json.loads(lines[-1]).items()}
        except (ValueError, IndexError, AttributeError):
            raise damaged(f"offsets/{batch} cannot be read") from None

    def reached(self, landed: int) -> Positions:
        """Return the offset that follows all that has landed, for each partition that was read.

        Raises:
            UserError: the checkpoint is damaged; the text says how, and the remedy.
        """
        planned, finished = self.planned(), self.finished()
        if finished > planned or planned > finished + 1:
            raise damaged(f"batch {planned} is the last that was planned, {finished} the last that was finished")
        if landed not in (planned, finished):
            raise damaged(f"batch {landed} is the last in bronze.events, {planned} the last in the checkpoint")
        if planned >= 0:
            self.ends(planned)
        return {**self.start, **self.ends(landed)} if landed >= 0 else self.start


def damaged(how: str) -> UserError:
    """Return the error of a checkpoint that does not say where the ingest was."""
    return UserError(f"the checkpoint {EVENTS_CHECKPOINT} is damaged: {how}; {REMEDY}")


def numbered(partitions: Mapping[str, int]) -> dict[int, int]:
    """Return partitions by number, as JSON cannot have them."""
    return {int(number): int(offset) for number, offset in partitions.items()}


def last(numbers: Sequence[int]) -> int:
    """Return the largest number, -1 for none."""
    return numbers[-1] if numbers else -1
