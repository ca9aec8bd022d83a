"""The monitor's queries, run side by side: started, watched, started again where one fails, and ended in order."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from common.errors import first_line
from common.kafka_errors import UnreachableError
from common.shutdown import Stop
from streaming.monitor.checkpoints import FAILURES_OF_DAMAGE, is_damage
from streaming.monitor.query import Query
from streaming.progress import say
from streaming.retry import WELL_SECONDS, Retry

SECONDS_BETWEEN_LOOKS = 0.5
# How long a query that reads what the others write may take to read the rest, when all end.
SECONDS_TO_DRAIN = 20
# A query that has run as long is no longer said to have failed.
SECONDS_TO_BE_WELL = 10


@dataclass
class Attended:
    """A query under watch: running, or waiting for its next start; `problem` says why it failed."""

    query: Query
    retry: Retry
    running: StreamingQuery | None = None
    began: float = 0.0
    due: float = 0.0
    problem: str | None = None
    damages: int = 0

    def look(self, spark: SparkSession) -> None:
        """Start the query where it is due, and note where it has ended.

        Raises:
            Exception: what it failed with, where no further start helps.
        """
        try:
            if self.running is None:
                if time.monotonic() >= self.due:
                    self.running, self.began = self.query.start(spark), time.monotonic()
            elif not self.running.isActive:
                self.end()
            else:
                self.forget(time.monotonic() - self.began)
        except (PySparkException, Py4JError, UnreachableError) as error:
            pause = self.retry.note(error)
            self.running, self.due = None, time.monotonic() + pause
            self.damages = self.damages + 1 if is_damage(error) else 0
            self.problem = f"it failed ({first_line(error)}) and is started again within {pause:.0f} s"

    def forget(self, seconds: float) -> None:
        """Forget the failures before it has run for so many seconds, where that is long enough."""
        if seconds > SECONDS_TO_BE_WELL:
            self.problem, self.damages = None, 0
        if seconds > WELL_SECONDS:
            self.retry.reset()

    def end(self) -> None:
        """Let go of a query that has ended by itself.

        Raises:
            PySparkException: it failed.
        """
        assert self.running is not None
        failure, self.running = self.running.exception(), None
        if failure:
            raise failure

    def stop(self) -> None:
        """End the query, to be started again at the next look."""
        if self.running is not None:
            self.running.stop()
        self.running, self.due = None, 0.0

    def drain(self) -> None:
        """Wait until the query has read all that is there, but not for ever."""
        if self.running is not None:
            reading = Thread(target=read_the_rest, args=[self.running], daemon=True)
            reading.start()
            reading.join(SECONDS_TO_DRAIN)


def read_the_rest(query: StreamingQuery) -> None:
    """Wait until a query has read all that is there; one that fails meanwhile reads it at its next start."""
    with suppress(PySparkException, Py4JError):
        query.processAllAvailable()


@dataclass
class Run:
    """All queries until a stop is asked for.

    Args:
        queries: in the order in which they start and end; the one that reads what the others write is the last.
        inputs: a value that changes where contracts or baseline have changed; the queries then start again with those.
        observe: is shown, at every look, the running queries by name, and what is wrong with queries by name.
        leave_checkpoint: moves that of a query aside, told why, when the query has failed by it again and again.
    """

    spark: SparkSession
    stop: Stop
    queries: Sequence[Query]
    inputs: Callable[[], object]
    observe: Callable[[Mapping[str, StreamingQuery], Mapping[str, str]], None] = lambda running, problems: None
    leave_checkpoint: Callable[[str, str], None] = lambda query, why: None
    attended: list[Attended] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing running."""
        self.attended = [
            Attended(query, Retry(self.stop, continuous=True, job=f"monitor, {query.name}")) for query in self.queries
        ]

    def until_stopped(self) -> str:
        """Run the queries until a stop is asked for, and return the summary."""
        began, taken = time.monotonic(), self.inputs()
        try:
            while not self.stop.requested:
                now = self.inputs()
                if now != taken:
                    say("monitor: contracts or baseline have changed; the queries start again with the new ones")
                    taken = now
                    self.stop_all()
                for one in self.attended:
                    one.look(self.spark)
                    if one.damages == FAILURES_OF_DAMAGE:
                        self.leave_checkpoint(one.query.name, one.problem or "")
                        one.damages = 0
                self.observe(
                    {one.query.name: one.running for one in self.attended if one.running},
                    {one.query.name: one.problem for one in self.attended if one.problem},
                )
                time.sleep(SECONDS_BETWEEN_LOOKS)
            self.end_in_order()
        except KeyboardInterrupt:
            pass
        return f"monitor: {len(self.queries)} queries ran for {time.monotonic() - began:,.0f} s and ended in order"

    def stop_all(self) -> None:
        """End all queries, in their order."""
        for one in self.attended:
            one.stop()

    def end_in_order(self) -> None:
        """End the queries in their order, the last one after it has read what those before it wrote."""
        for one in self.attended:
            try:
                if one is self.attended[-1]:
                    one.drain()
                one.stop()
            except (PySparkException, Py4JError) as error:
                say(f"monitor, {one.query.name}: ended with {first_line(error)}")
