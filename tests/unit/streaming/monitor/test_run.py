"""The monitor's queries side by side: one that fails is started again, the others go on, and all end in order."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from common.errors import UserError
from common.shutdown import Stop
from streaming.monitor.run import Run
from streaming.retry import PATIENCE_SECONDS

REST = "alerts has read the rest"


@dataclass
class Running:
    """What Spark returns for a query that was started, as far as a run looks at it."""

    log: list[str]
    name: str
    failure: Exception | None = None
    isActive: bool = True  # noqa: N815
    seconds_to_read: float = 0.0

    def exception(self) -> Exception | None:
        return self.failure

    def processAllAvailable(self) -> None:  # noqa: N802
        time.sleep(self.seconds_to_read)
        self.log.append(f"{self.name} has read the rest")

    def stop(self) -> None:
        self.log.append(f"stop {self.name}")
        self.isActive = False


@dataclass
class Fake:
    """A query whose starts go as its script says: running, ended with an error, or no start at all."""

    name: str
    log: list[str]
    script: list[Exception | None] = field(default_factory=list)
    refusal: Exception | None = None
    seconds_to_read: float = 0.0

    def start(self, spark: SparkSession) -> Any:
        self.log.append(f"start {self.name}")
        if self.refusal:
            raise self.refusal
        failure = self.script.pop(0) if self.script else None
        return Running(self.log, self.name, failure, failure is None, self.seconds_to_read)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.monitor.run.SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr("streaming.retry.FIRST_PAUSE", 0.0)


def run(queries: list[Fake], looks: int, inputs: Callable[[], object] = lambda: 1) -> str:
    """Run queries for a number of looks."""
    stop, left = Stop(), iter(range(looks))

    def observe(*_: object) -> None:
        stop.requested = next(left, None) is None

    spark: Any = None
    one = Run(spark, stop, queries, inputs, observe)
    for attended in one.attended:
        attended.retry.pause = 0.0
    return one.until_stopped()


def test_the_queries_start_and_end_in_order() -> None:
    log: list[str] = []
    summary = run([Fake("sizes", log), Fake("alerts", log)], looks=3)
    assert log == ["start sizes", "start alerts", "stop sizes", REST, "stop alerts"]
    assert summary.startswith("monitor: 2 queries ran for")


def test_the_last_one_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.monitor.run.SECONDS_TO_DRAIN", 0.1)
    log: list[str] = []
    run([Fake("alerts", log, seconds_to_read=5)], looks=2)
    assert log == ["start alerts", "stop alerts"]


def test_one_that_fails_is_started_again_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    log: list[str] = []
    run([Fake("sizes", log, [StreamingQueryException("Kafka is away")]), Fake("alerts", log)], looks=5)
    assert log == ["start sizes", "start alerts", "start sizes", "stop sizes", REST, "stop alerts"]
    assert "monitor, sizes: Kafka is away; tries again in 0 s" in capsys.readouterr().err


def test_who_observes_is_told_why_a_query_failed_until_it_has_run_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, seen = Stop(), list[dict[str, str]]()

    def observe(_: object, problems: Mapping[str, str]) -> None:
        seen.append(dict(problems))
        stop.requested = len(seen) == 4
        if len(seen) == 3:
            monkeypatch.setattr("streaming.monitor.run.SECONDS_TO_BE_WELL", -1)

    spark: Any = None
    one = Run(spark, stop, [Fake("sizes", [], [StreamingQueryException("Kafka is away")])], lambda: 1, observe)
    one.attended[0].retry.pause = 0.0
    one.until_stopped()
    failed = {"sizes": "it failed (Kafka is away) and is started again within 0 s"}
    assert seen == [{}, failed, failed, {}]


def test_patience_ends() -> None:
    one = Fake("sizes", [], refusal=StreamingQueryException("Kafka is away"))
    spark: Any = None
    monitor = Run(spark, Stop(), [one], lambda: 1)
    monitor.attended[0].retry.failing_since = -PATIENCE_SECONDS - 1.0
    with pytest.raises(StreamingQueryException, match="Kafka is away"):
        monitor.until_stopped()


def test_what_no_time_mends_ends_the_monitor_at_once() -> None:
    with pytest.raises(UserError, match="make marts"):
        run([Fake("sizes", [], refusal=UserError("the baseline is of another shape; run `make marts`"))], looks=3)


def test_new_inputs_are_taken_over_by_all(capsys: pytest.CaptureFixture[str]) -> None:
    log: list[str] = []
    versions = iter([1, 1, 1, 2, 2, 2])
    run([Fake("sizes", log), Fake("alerts", log)], looks=3, inputs=lambda: next(versions, 2))
    both = ["start sizes", "start alerts"]
    assert log == [*both, "stop sizes", "stop alerts", *both, "stop sizes", REST, "stop alerts"]
    assert capsys.readouterr().err.count("start again with the new ones") == 1


def test_a_checkpoint_that_fails_a_query_again_is_left() -> None:
    log: list[str] = []
    damage = [StreamingQueryException("[CANNOT_LOAD_STATE_STORE] a file is missing") for _ in range(2)]
    stop, left = Stop(), iter(range(8))

    def observe(*_: object) -> None:
        stop.requested = next(left, None) is None

    spark: Any = None
    one = Run(spark, stop, [Fake("speed", log, [*damage])], lambda: 1, observe, lambda query, _: log.append(query))
    one.attended[0].retry.pause = 0.0
    one.until_stopped()
    assert log == ["start speed", "start speed", "speed", "start speed", "speed has read the rest", "stop speed"]
