"""What the queries hang on beside Kafka: contracts and baseline, read when they start and watched while they run."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from common import locks, tables
from common.contracts.model import Contracts
from common.errors import UserError, first_line
from common.live_tables import BASELINE_CUSTOMERS, BASELINE_SIZES
from common.run_bounds import run_bounds
from common.settings import Settings
from common.shutdown import Stop
from streaming.contract_files import ContractFiles
from streaming.monitor.orders import baseline, learning
from streaming.monitor.orders.baseline import Baseline
from streaming.progress import say

SECONDS_BETWEEN_LOOKS = 10.0
NO_MARTS = "monitor: the lake has no marts, so nothing is known of the past and no order is odd; `make marts` mends it"


@dataclass
class Inputs:
    """The contracts in force and the newest baseline, which is made of the marts where they are newer.

    Args:
        note: is told what is wrong with the baseline, None where nothing is.
    """

    spark: SparkSession
    settings: Settings
    contract_files: ContractFiles
    stop: Stop
    past: Baseline | None = None
    looked: float | None = None
    learner: threading.Thread | None = None
    problem: str | None = None
    unlearned: str = ""
    note: Callable[[str | None], None] = lambda problem: None

    def contracts(self) -> Contracts:
        """Return the contracts as the files have them; what breaks those in force is said, and not taken."""
        return self.contract_files.current()

    def baseline(self) -> Baseline:
        """Return the newest baseline; without marts an empty one, with which no order is odd."""
        self.look()
        return self.past or none(self.spark)

    def version(self) -> object:
        """Return a value that changes where contracts or baseline have changed."""
        self.look()
        return self.contract_files.write_times(), self.past and self.past.as_of

    def look(self) -> None:
        """Take the newest baseline, when it is time to look; one that cannot be read leaves the one that is known.

        Raises:
            UserError: there was none before.
        """
        if self.looked is not None and time.monotonic() - self.looked < SECONDS_BETWEEN_LOOKS:
            return
        try:
            self.take_newest()
            self.tell(None)
        except (PySparkException, Py4JJavaError, UserError) as error:
            if self.looked is None:
                raise
            self.tell(f"goes on with what it knows of the past, since {first_line(error)}")
        self.looked = time.monotonic()

    def take_newest(self) -> None:
        """Take the newest baseline; a newer mart is learned from meanwhile.

        Only the first ever baseline is waited for, since without one all orders would pass unjudged.
        """
        known = newest(self.spark)
        if not locks.holder(self.settings, "pipeline") and not (self.learner and self.learner.is_alive()):
            self.learner = threading.Thread(target=self.learn, args=(known,), name="learning", daemon=True)
            self.learner.start()
            if known is None:
                self.wait_for(self.learner)
                known = newest(self.spark)
        # Behind a problem the table may be another one, with the same dates.
        if known and (self.past is None or self.past.as_of != known or self.problem):
            self.past = baseline.of(self.spark, known)
        if self.looked is None and self.past is None:
            say(NO_MARTS)

    def tell(self, problem: str | None) -> None:
        """Say what is wrong, once, and let it be shown for as long as it is."""
        if problem and problem != self.problem:
            say(f"monitor: {problem}")
        self.problem = problem
        self.note(problem)

    def wait_for(self, learner: threading.Thread) -> None:
        """Wait until the first baseline is made, or a stop is asked for.

        Raises:
            KeyboardInterrupt: a stop was asked for.
        """
        learner.join(1)
        if learner.is_alive():
            say("monitor: learns from the marts what is usual; orders are judged when it has")
        while learner.is_alive():
            self.stop.check()
            learner.join(0.2)

    def learn(self, known: datetime | None) -> None:
        """Make and store the baseline of the marts, where they are newer than the one that is known."""
        try:
            as_of = run_bounds(self.spark).until
            if known is None or known < as_of:
                learning.refresh(self.spark, self.settings.alert_rate)
                say(f"monitor: learned from the marts what was usual before {as_of:%Y-%m-%d}")
            self.unlearned = ""
        except (PySparkException, Py4JError, UserError) as error:
            if not self.stop.requested and (known or not isinstance(error, UserError)):
                self.tell_unlearned(first_line(error))

    def tell_unlearned(self, why: str) -> None:
        """Say why the marts give no new baseline; what was said at the last look is not said again."""
        if why != self.unlearned:
            say(f"monitor: goes on with the baseline it has, the marts give no new one: {why}")
        self.unlearned = why


def newest(spark: SparkSession) -> datetime | None:
    """Return the date of the newest baseline that is stored whole; None where there is none."""
    return baseline.newest(tables.read(spark, BASELINE_CUSTOMERS.name))


def none(spark: SparkSession) -> Baseline:
    """Return the baseline of a lake that knows nothing."""
    sizes, customers = (tables.read(spark, table.name).limit(0) for table in (BASELINE_SIZES, BASELINE_CUSTOMERS))
    return Baseline(datetime(1970, 1, 1), sizes, customers)
