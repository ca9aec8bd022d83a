"""One run of the ingest: the checkpoint judged, the plan fixed, the query run, and begun again where that helps."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from common.contracts.model import EVENTS
from common.contracts.privacy import Privacy
from common.errors import UserError
from common.kafka_errors import UnreachableError
from common.kafka_topics import Topic
from common.lake_reader import open_table
from common.settings import Settings
from common.shutdown import Stop
from streaming import topics as kafka
from streaming.commit import last_transaction
from streaming.contract_files import ContractFiles
from streaming.ingest import bronze, tally
from streaming.ingest.checkpoint import Offsets
from streaming.ingest.landing import Batch, Lander, LandingError, running, say
from streaming.ingest.meter import Meter
from streaming.ingest.opening import Opening, open_checkpoint
from streaming.retry import WELL_SECONDS, Retry

SECONDS_BETWEEN_LOOKS = 1


@dataclass
class Run:
    """A run; a `continuous` one goes on until it is stopped, and through what passes."""

    spark: SparkSession
    settings: Settings
    stop: Stop
    continuous: bool
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Begin to count, without having read anything of the topics."""
        self.table = bronze.place(self.spark)
        self.contract_files = ContractFiles(self.settings.contracts_dir)
        self.retry = Retry(self.stop, self.continuous)
        self.meter = Meter(self.spark, self.settings, self.table)

    def until_done(self) -> str:
        """Run the query until Kafka's present end, or until stopped, and return the summary."""
        topics: Sequence[Topic] = []
        finished = False
        while not finished:
            try:
                self.stop.check()
                topics, finished = self.once()
            except KeyboardInterrupt:
                if not self.continuous:
                    raise
                finished = True
            except (PySparkException, Py4JError, LandingError, UnreachableError) as error:
                self.retry.wait(error)
        return self.meter.summary() if self.continuous else self.settle(topics)

    def once(self) -> tuple[Sequence[Topic], bool]:
        """Run the query once; return the topics that it began with, and whether nothing is left to do."""
        contracts = self.contract_files.current()
        kafka.ensure(self.settings, contracts.topics)
        topics = kafka.describe(self.settings, [contract.topic for contract in contracts.topics])
        opening = open_checkpoint(self.spark, self.settings, self.table, contracts, topics)
        self.meter.begin(opening.first_seq, opening.offsets)
        changed = self.land(opening, topics)
        if not self.continuous:
            transaction = last_transaction(self.spark, self.table, opening.checkpoint.application)
            require_end(opening.checkpoint.next_offsets(transaction.version), topics)
        return topics, not changed

    def land(self, opening: Opening, topics: Sequence[Topic]) -> bool:
        """Run the query from an opening on until it ends; return whether it was left because the contracts changed."""
        lander = Lander(opening, self.table, Privacy.of(self.settings), self.note)
        try:
            with running(self.spark, self.settings, topics, lander, self.continuous) as query:
                return self.watch(query)
        except PySparkException:
            # The engine was told one line of a batch's failure; whoever reads the log wants all of it.
            if lander.failure:
                raise lander.failure from None
            raise

    def note(self, batch: Batch) -> None:
        """Count a batch that has landed; called by the query's own thread."""
        self.retry.reset()
        self.meter.add(batch)
        if not self.continuous:
            say(batch)

    def watch(self, query: StreamingQuery) -> bool:
        """Look at the query until it ends; return whether it is to be left because the contracts changed.

        Raises:
            KeyboardInterrupt: a stop was asked for.
            LandingError: a query that should go on has ended.
        """
        write_times, began = self.contract_files.write_times(), time.monotonic()
        while not query.awaitTermination(SECONDS_BETWEEN_LOOKS):
            self.stop.check()
            if self.continuous:
                if time.monotonic() - began > WELL_SECONDS:
                    self.retry.reset()
                self.meter.look()
                if self.contract_files.write_times() != write_times:
                    return True
        if self.continuous and not self.stop.requested:
            raise LandingError("the query ended by itself")
        return False

    def settle(self, topics: Sequence[Topic]) -> str:
        """Count what a run until caught up has landed, print it, and return the summary."""
        events = open_table(self.settings, EVENTS)
        tallies = tally.tally(events, self.meter.first_seq, [topic.name for topic in topics])
        self.meter.settle(tallies)
        print(tally.table(tallies))
        print(f"ingest: {time.monotonic() - self.began:.1f} s", file=sys.stderr)
        return tally.summary(tallies)


def require_end(offsets: Offsets, topics: Sequence[Topic]) -> None:
    """Compare what has landed with the offsets that Kafka had when the run began.

    Args:
        offsets: the ones that follow what has landed.
        topics: as they were when the run began.

    Raises:
        UserError: something has not landed.
    """
    for topic in topics:
        for partition, (_, end) in topic.bounds.items():
            position = offsets.get(topic.name, {}).get(partition, 0)
            if position < end:
                raise UserError(f"{topic.name}, partition {partition}: offsets {position} to {end - 1} have not landed")
