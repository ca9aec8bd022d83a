"""One run of the ingest: the checkpoint judged, the plan fixed, the query run, and begun again where that helps."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from common.contracts import model as contract_files
from common.contracts.compatibility import breaks
from common.contracts.model import Contracts
from common.contracts.privacy import Privacy
from common.errors import UserError, first_line
from common.kafka_errors import UnreachableError
from common.kafka_topics import Topic
from common.lake_paths import EVENTS_CHECKPOINT
from common.lake_reader import open_table
from common.settings import Settings
from common.shutdown import Stop
from streaming import topics as kafka
from streaming.ingest import bronze, tally
from streaming.ingest.checkpoint import REMEDY, Checkpoint, Plan, Positions
from streaming.ingest.commit import Mark, landed
from streaming.ingest.continuity import losses
from streaming.ingest.landing import Batch, Lander, LandingError, running, say
from streaming.ingest.meter import Meter
from streaming.ingest.parse import KAFKA_SCHEMA, bronze_rows

SECONDS_BETWEEN_LOOKS = 1
PATIENCE_SECONDS = 900
LONGEST_PAUSE = 30
# A query that has run as long has got over what failed before, though there was nothing to land.
WELL_SECONDS = 120


@dataclass(frozen=True)
class Opening:
    """A checkpoint that agrees with bronze and Kafka: the plan of the batches from now on, the mark of the last batch
    that has landed, and what follows all that has.
    """

    checkpoint: Checkpoint
    plan: Plan
    mark: Mark
    reached: Positions


@dataclass
class Run:
    """The state of a run; `continuous` runs go on until they are stopped, and through what passes."""

    spark: SparkSession
    settings: Settings
    stop: Stop
    continuous: bool
    contracts: Contracts | None = None
    failing_since: float | None = None
    pause: float = 1.0
    began: float = field(default_factory=time.monotonic)
    first_seq: int | None = None

    def until_done(self) -> str:
        """Run the query until Kafka's present end, or until stopped, and return the summary."""
        table = bronze.place(self.spark)
        meter = Meter(self.spark, self.settings, table)
        ends: Sequence[Topic] = []
        while True:
            try:
                self.stop.check()
                ends, finished = self.once(table, meter)
                if finished:
                    break
            except KeyboardInterrupt:
                if not self.continuous:
                    raise
                break
            except (PySparkException, Py4JError, LandingError, UnreachableError) as error:
                self.bear(error)
        if self.continuous:
            return meter.summary()
        events = open_table(self.settings, contract_files.EVENTS)
        tallies = tally.tally(events, self.first_seq or 0, [topic.name for topic in ends])
        meter.settle(tallies)
        print(tally.table(tallies))
        print(f"ingest: {time.monotonic() - self.began:.1f} s", file=sys.stderr)
        return tally.summary(tallies)

    def once(self, table: str, meter: Meter) -> tuple[Sequence[Topic], bool]:
        """Run the query once; return the topics that it began with, and whether nothing is left to do."""
        contracts = self.current_contracts()
        kafka.ensure(self.settings, contracts.topics)
        topics = kafka.describe(self.settings, [contract.topic for contract in contracts.topics])
        opening = self.opened(table, contracts, topics)
        checkpoint, meter.ends = opening.checkpoint, opening.reached
        self.first_seq = self.first_seq or checkpoint.seq(opening.mark.newest + 1)
        meter.begin(self.first_seq)

        def on_landed(batch: Batch) -> None:
            self.failing_since, self.pause = None, 1.0
            meter.landed(batch)
            if not self.continuous:
                say(batch)

        planned = checkpoint.planned()
        lander = Lander(checkpoint, table, Privacy.of(self.settings), opening.plan, planned, opening.mark, on_landed)
        try:
            with running(self.spark, self.settings, topics, lander, self.continuous) as query:
                changed = self.watch(query, meter)
        except PySparkException:
            # The engine was told one line of a batch's failure; whoever reads the log wants all of it.
            if lander.failure:
                raise lander.failure from None
            raise
        if not self.continuous:
            require_end(checkpoint, landed(self.spark, table, checkpoint.application).newest, topics)
        return topics, not changed

    def opened(self, table: str, contracts: Contracts, topics: Sequence[Topic]) -> Opening:
        """Judge the checkpoint, and make it where there is none.

        Raises:
            UserError: it does not agree, or the contracts break what the last plan promised.
        """
        checkpoint, identities = Checkpoint.of(self.spark, self.settings), {one.name: one.topic_id for one in topics}
        if not checkpoint.exists():
            if newest := bronze.newest_seq(self.spark):
                raise UserError(
                    f"the checkpoint {EVENTS_CHECKPOINT} is gone, bronze.events holds {newest} batches; {REMEDY}"
                )
            begins = {one.name: {part: first for part, (first, _) in one.bounds.items()} for one in topics}
            checkpoint.create(1, begins, identities)
        mark = landed(self.spark, table, checkpoint.application)
        reached = checkpoint.reached(mark.newest)
        following = checkpoint.planned() + 1
        last, plan = checkpoint.plan(following), Plan(contracts, identities)
        if lost := losses(topics, checkpoint.topic_ids(last), reached):
            raise UserError(f"{'; '.join(lost)}; `make recover ACCEPT_LOSS=1` goes on with what Kafka has")
        if last and (broken := breaks(last.contracts, contracts)):
            raise UserError(f"the contracts break what bronze.events was fed by: {'; '.join(broken[:3])}")
        if plan != last:
            self.require_sound(plan)
            if added := bronze.migrate(self.spark, contracts):
                print(f"ingest: bronze.events gained {', '.join(added)}", file=sys.stderr)
            checkpoint.keep_plan(following, plan)
        return Opening(checkpoint, plan, mark, reached)

    def require_sound(self, plan: Plan) -> None:
        """Let Spark analyse what a plan makes of records, before a batch is bound to it; nothing is computed.

        Raises:
            UserError: a rule of the contracts is no SQL, or names what is not there.
        """
        none = self.spark.createDataFrame([], KAFKA_SCHEMA)
        try:
            bronze_rows(none, plan.contracts, plan.topic_ids, 0, Privacy.of(self.settings))
        except PySparkException as error:
            raise UserError(f"the contracts' rules do not work: {first_line(error)}; correct them") from None

    def current_contracts(self) -> Contracts:
        """Return the contracts as the files have them now; what breaks the ones in force is said, and not taken.

        Raises:
            UserError: the first reading fails.
        """
        try:
            fresh = contract_files.load(self.settings.contracts_dir)
            if self.contracts and (broken := breaks(self.contracts, fresh)):
                raise UserError("; ".join(broken[:3]))
            self.contracts = fresh
        except UserError as error:
            if self.contracts is None:
                raise
            print(f"ingest: goes on under the contracts it has, since the new ones fail: {error}", file=sys.stderr)
        return self.contracts

    def watch(self, query: StreamingQuery, meter: Meter) -> bool:
        """Look at the query until it ends; return whether it was left because the contracts changed.

        Raises:
            KeyboardInterrupt: a stop was asked for.
        """
        files, began = marks(self.settings), time.monotonic()
        while not query.awaitTermination(SECONDS_BETWEEN_LOOKS):
            self.stop.check()
            if self.continuous:
                if time.monotonic() - began > WELL_SECONDS:
                    self.failing_since, self.pause = None, 1.0
                meter.look()
                if marks(self.settings) != files:
                    return True
        if self.continuous and not self.stop.requested:
            raise LandingError("the query ended by itself")
        return False

    def bear(self, error: Exception) -> None:
        """Wait a little after a failure that may pass; a run until caught up does not wait.

        Raises:
            Exception: the error itself, when patience has ended.
        """
        now = time.monotonic()
        self.failing_since = self.failing_since or now
        if not self.continuous or isinstance(error, Py4JNetworkError) or now - self.failing_since > PATIENCE_SECONDS:
            raise error
        print(f"ingest: {first_line(error)}; tries again in {self.pause:.0f} s", file=sys.stderr, flush=True)
        until, self.pause = now + self.pause, min(2 * self.pause, LONGEST_PAUSE)
        while time.monotonic() < until and not self.stop.requested:
            time.sleep(0.2)


def marks(settings: Settings) -> dict[str, int]:
    """Return when each contract file was last written."""
    found = {}
    for path in settings.contracts_dir.glob("*.yml"):
        # An editor takes a file away for a moment when it saves.
        with suppress(FileNotFoundError):
            found[path.name] = path.stat().st_mtime_ns
    return found


def require_end(checkpoint: Checkpoint, last: int, topics: Sequence[Topic]) -> None:
    """Compare what has landed with the offsets that Kafka had when the run began.

    Raises:
        UserError: something has not landed.
    """
    reached = checkpoint.reached(last)
    for topic in topics:
        for partition, (_, end) in topic.bounds.items():
            position = reached.get(topic.name, {}).get(partition, 0)
            if position < end:
                raise UserError(f"{topic.name}, partition {partition}: offsets {position} to {end - 1} have not landed")
