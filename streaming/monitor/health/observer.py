"""How the pipeline is, every two seconds: to `live.pipeline_health`, to Prometheus, to a file for `make status`.

The monitor's main thread hands over what its queries say of themselves; a thread of its own asks Kafka and writes, so
that a store that does not answer holds up nobody.
"""

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Self

from pyspark.sql.streaming.query import StreamingQuery

from common import monitor_state
from common.kafka_topics import ALERTS
from common.settings import Settings
from streaming.monitor.health import ingest_health
from streaming.monitor.health.gauges import Gauges
from streaming.monitor.health.hdfs_state import hdfs_problem
from streaming.monitor.health.health_store import HealthStore
from streaming.monitor.health.kafka_ends import KafkaEnds
from streaming.monitor.health.pace import Rates
from streaming.monitor.health.rows import Report, Row, report_of

SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_ROWS = 0.5, 2.0
BEHIND_SECONDS, QUIET_SECONDS = 60.0, 900.0


@dataclass
class Health:
    """The health of the ingest and of the monitor's queries.

    Args:
        queries: names of all that shall run.
        topics: those of the contracts.
        report_seconds: of queries in real time, by name: how often they say how far they are. What has come since then
            is counted as waiting, though it is taken.
    """

    settings: Settings
    queries: Sequence[str]
    topics: Sequence[str]
    report_seconds: Mapping[str, float] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    running: frozenset[str] = frozenset()
    failures: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    asked: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Know nothing yet."""
        self.ends = KafkaEnds(self.settings, [*self.topics, ALERTS])
        self.rates = Rates()
        self.store = HealthStore(self.settings)
        self.thread = threading.Thread(target=self.look_on, name="health", daemon=True)

    def __enter__(self) -> Self:
        """Begin to look.

        Raises:
            UserError: another program has the port of the metrics.
        """
        self.gauges = Gauges.serving(self.settings)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look a last time, and end."""
        self.ended.set()
        self.thread.join(timeout=10)

    def observe(self, queries: Mapping[str, StreamingQuery], failures: Mapping[str, str]) -> None:
        """Take what the running queries say of themselves, when it is time to, and why others have failed."""
        self.running, self.failures = frozenset(queries), dict(failures)
        if time.monotonic() - self.asked < SECONDS_BETWEEN_ROWS:
            return
        self.asked = time.monotonic()
        for name, query in queries.items():
            if (progress := query.lastProgress) is not None:
                self.reports[name] = report_of(progress)

    def note(self, job: str, problem: str | None) -> None:
        """Remember what is wrong with a query, in words with the remedy; None where it is well again.

        Args:
            job: name of a query; empty for what concerns all.
        """
        if problem is None:
            self.problems.pop(job, None)
        else:
            self.problems[job] = problem

    def note_late(self, job: str, events: int) -> None:
        """Remember how many events were too late for a query since the monitor began."""
        self.late[job] = events

    def look_on(self) -> None:
        """Look until told to end, and once more then; the thread's work."""
        due = 0.0
        while True:
            is_last = self.ended.wait(SECONDS_BETWEEN_LOOKS)
            self.ends.look()
            if is_last or time.monotonic() >= due:
                due = time.monotonic() + SECONDS_BETWEEN_ROWS
                self.write(datetime.now(UTC))
            if is_last:
                self.ends.close()
                self.store.close()
                return

    def write(self, looked_at: datetime) -> None:
        """Write what is known now to wherever it is shown."""
        rows = [*self.ingest_rows(), *(row for name in self.queries for row in self.query_rows(name))]
        self.store.write(rows, looked_at)
        problems = list(self.general_problems())
        self.gauges.show(rows, self.store.alerts_today, looked_at)
        try:
            written = [asdict(row) for row in rows]
            alerts, real_time = self.store.alerts_today, list(self.report_seconds)
            monitor_state.write(self.settings, looked_at, written, problems, alerts, real_time)
        except OSError as error:
            text = f"monitor: {self.settings.path(*monitor_state.FILE)} cannot be written: {error.strerror}; free space"
            print(text, file=sys.stderr, flush=True)

    def general_problems(self) -> Iterator[str]:
        """Yield what is wrong with more than one query."""
        if not self.ends.answers:
            yield "Kafka does not answer; `make up` starts it, and the queries go on by themselves"
        if problem := hdfs_problem(self.settings):
            yield problem
        if self.store.problem:
            yield (f"PostgreSQL does not answer ({self.store.problem}); alerts and windows wait in Kafka until it is "
                   "back; `make up` starts it")  # fmt: skip
        quiet = self.ends.quiet_seconds(self.topics)
        if self.ends.answers and quiet > QUIET_SECONDS:
            yield f"no event has come for {quiet / 60:,.0f} minutes; is what sends them at work?"
        if "" in self.problems:
            yield self.problems[""]

    def ingest_rows(self) -> Iterator[Row]:
        """Yield the rows of the ingest."""
        written = ingest_health.read(self.settings)
        for topic in self.topics:
            ends = ingest_health.ends(written, topic)
            lag = self.ends.lag(topic, ends)
            rate = self.rates.of("ingest", topic, sum(ends.values()), ingest_health.written_at(written))
            yield ingest_health.row(self.settings, written, topic, lag, rate)

    def query_rows(self, name: str) -> Iterator[Row]:
        """Yield a query's rows, one per topic that it reads; one without a topic where it has not said any yet."""
        report = self.reports.get(name)
        if report is None or not report.ends:
            yield Row(name, "", problem=self.problem(name, 0.0))
            return
        for place, (topic, ends) in enumerate(sorted(report.ends.items())):
            waiting, seconds = self.ends.lag(topic, dict(ends))
            yield Row(
                job=name,
                topic=topic,
                lag_events=waiting,
                lag_seconds=seconds,
                newest_event_at=report.newest_event_at,
                rows_per_second=self.rates.of(name, topic, sum(ends.values()), time.time()),
                late_events=0 if place else self.late.get(name, 0),
                last_success_at=report.finished_at,
                state_rows=0 if place else report.state_rows,
                state_bytes=0 if place else report.state_bytes,
                problem=self.problem(name, seconds),
            )

    def problem(self, name: str, lag_seconds: float) -> str | None:
        """Return what is wrong with a query and what to do; None where nothing is."""
        if name in self.failures:
            return self.failures[name]
        if name in self.problems:
            return self.problems[name]
        if name not in self.running:
            return "it is being started; where that takes minutes, log/jobs/monitor.spark.log says more"
        if lag_seconds > BEHIND_SECONDS + self.report_seconds.get(name, 0.0):
            return f"{lag_seconds:,.0f} s behind; it catches up by itself where less comes than it takes a second"
        return None
