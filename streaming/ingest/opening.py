"""How a run opens: what lake, checkpoint and topics have is read, then judged; only then is anything written.

What no crash can have left behind is refused. Then, in this order, what is missing is made: the checkpoint, the
columns of the contracts' new fields, the plan of the batches from now on. A crash in between leaves a state that the
next run opens as this one would have.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from common.contracts.compatibility import breaks
from common.contracts.model import Contracts
from common.contracts.privacy import Privacy
from common.errors import UserError, first_line
from common.kafka_topics import Topic
from common.lake_paths import EVENTS_CHECKPOINT
from common.settings import Settings
from streaming.commit import WriteTransaction, last_transaction
from streaming.contract_files import BREAKS_NAMED
from streaming.events import KAFKA_SCHEMA
from streaming.ingest import bronze
from streaming.ingest.bronze_rows import bronze_rows
from streaming.ingest.checkpoint import REMEDY, Checkpoint, Identity, Offsets, Plan, damage
from streaming.ingest.continuity import losses


@dataclass(frozen=True)
class State:
    """What a run finds: the checkpoint's identity, its last write transaction in the table, the offsets that follow
    all that has landed, the number of the next batch and the last plan.

    `is_new` says that the identity is written nowhere yet; `newest_seq` is then the newest batch in bronze.
    """

    identity: Identity
    transaction: WriteTransaction
    offsets: Offsets
    next_batch: int
    plan: Plan | None = None
    is_new: bool = False
    newest_seq: int = 0


@dataclass(frozen=True)
class Opening:
    """A checkpoint that agrees with bronze and Kafka: the plan of the batches from `next_batch` on, the last write
    transaction, and the offsets that follow all that has landed.
    """

    checkpoint: Checkpoint
    plan: Plan
    next_batch: int
    transaction: WriteTransaction
    offsets: Offsets

    @property
    def first_seq(self) -> int:
        """Return the number in bronze of the first batch that has not landed."""
        return self.checkpoint.seq(self.transaction.version + 1)


def open_checkpoint(
    spark: SparkSession, settings: Settings, table: str, contracts: Contracts, topics: Sequence[Topic]
) -> Opening:
    """Judge the state, make what is missing, and return where the run begins.

    Args:
        spark: the session.
        settings: the platform.
        table: the path of `bronze.events`.
        contracts: those that shall hold from now on.
        topics: theirs, as Kafka has them now.

    Raises:
        UserError: lake, checkpoint and Kafka do not agree, or the contracts break what the last plan promised;
            nothing was written.
    """
    checkpoint = Checkpoint.of(spark, settings)
    state, plan = read_state(spark, checkpoint, table, topics), Plan(contracts, identities(topics))
    require_agreement(state, plan, topics)
    if plan != state.plan:
        require_working_rules(spark, plan, Privacy.of(settings))
    if state.is_new:
        checkpoint.create(state.identity)
    if plan != state.plan:
        if columns := bronze.migrate(spark, contracts):
            print(f"ingest: bronze.events gained {', '.join(columns)}", file=sys.stderr)
        checkpoint.write_plan(state.next_batch, plan)
    return Opening(checkpoint, plan, state.next_batch, state.transaction, state.offsets)


def identities(topics: Sequence[Topic]) -> dict[str, str]:
    """Return the topics' identities by name."""
    return {topic.name: topic.topic_id for topic in topics}


def read_state(spark: SparkSession, checkpoint: Checkpoint, table: str, topics: Sequence[Topic]) -> State:
    """Return what a run finds; without a checkpoint, that of one which begins where the topics begin.

    Raises:
        UserError: the checkpoint is damaged.
    """
    if not checkpoint.exists():
        first = {topic.name: {part: offset for part, (offset, _) in topic.bounds.items()} for topic in topics}
        identity = Identity.fresh(1, first, identities(topics))
        transaction = last_transaction(spark, table, identity.application)
        # Batches of Spark's own log without an identity are of a checkpoint that was damaged by hand.
        next_batch = max(checkpoint.last_planned(), checkpoint.last_finished()) + 1
        return State(identity, transaction, first, next_batch, is_new=True, newest_seq=bronze.newest_seq(spark))
    identity = checkpoint.identity
    transaction = last_transaction(spark, table, identity.application)
    offsets, next_batch = checkpoint.next_offsets(transaction.version), checkpoint.last_planned() + 1
    return State(identity, transaction, offsets, next_batch, checkpoint.plan(next_batch))


def require_agreement(state: State, plan: Plan, topics: Sequence[Topic]) -> None:
    """Compare bronze, checkpoint and Kafka, and the plan with the one before it.

    Raises:
        UserError: they do not agree; the text names the remedy.
    """
    if state.is_new and state.newest_seq:
        raise UserError(
            f"the checkpoint {EVENTS_CHECKPOINT} is gone, bronze.events holds {state.newest_seq} batches; {REMEDY}"
        )
    if state.is_new and state.next_batch:
        raise damage(f"identity.json is gone, batches up to {state.next_batch - 1} are there")
    topic_ids = state.plan.topic_ids if state.plan else state.identity.topic_ids
    if lost := losses(topics, topic_ids, state.offsets):
        raise UserError(f"{'; '.join(lost)}; `make recover ACCEPT_LOSS=1` goes on with what Kafka has")
    if state.plan and (broken := breaks(state.plan.contracts, plan.contracts)):
        raise UserError(f"the contracts break what bronze.events was fed by: {'; '.join(broken[:BREAKS_NAMED])}")


def require_working_rules(spark: SparkSession, plan: Plan, privacy: Privacy) -> None:
    """Let Spark analyse what a plan makes of records, before a batch is bound to it; nothing is computed.

    Raises:
        UserError: a rule of the contracts is no SQL, or names what is not there.
    """
    no_records = spark.createDataFrame([], KAFKA_SCHEMA)
    try:
        bronze_rows(no_records, plan.contracts, plan.topic_ids, 0, privacy)
    except PySparkException as error:
        raise UserError(f"the contracts' rules do not work: {first_line(error)}; correct them") from None
