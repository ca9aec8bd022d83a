"""What is wrong with the pipeline, in words, and the rows of a query."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import TopicPartition

from common.settings import read_settings
from streaming.monitor.health.arrivals import Arrivals
from streaming.monitor.health.observer import Health
from streaming.monitor.health.rows import Report

REPORT = Report(ends={"orders": {0: 10}, "visits": {0: 4}}, state_rows=7, state_bytes=700)


@pytest.fixture
def health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Health:
    """Two queries; Kafka holds 12 orders, the last two for two minutes, and 4 visits."""
    health = Health(read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none"), ["speed", "sizes"], ["orders"])
    health.ends.answers = True
    monkeypatch.setattr("streaming.monitor.health.observer.hdfs_problem", lambda settings: None)
    now = time.time()
    for topic, samples in {"orders": ((now - 120, 10), (now - 5, 12)), "visits": ((now - 5, 4),)}.items():
        known = health.ends.arrivals[TopicPartition(topic, 0)] = Arrivals()
        for at, end in samples:
            known.note(at, end)
    return health


def test_a_query_has_a_row_per_topic_and_its_state_once(health: Health) -> None:
    health.reports["speed"], health.running = REPORT, frozenset({"speed"})
    orders, visits = health.query_rows("speed")
    assert (orders.topic, orders.lag_events, round(orders.lag_seconds)) == ("orders", 2, 120)
    assert (visits.topic, visits.lag_events, visits.lag_seconds) == ("visits", 0, 0.0)
    assert (orders.state_rows, orders.state_bytes, visits.state_rows) == (7, 700, 0)
    assert orders.problem == "120 s behind; it catches up by itself where less comes than it takes a second"
    assert visits.problem is None


def test_a_query_in_real_time_is_behind_only_where_that_is_older_than_its_report(health: Health) -> None:
    health.reports["sizes"], health.running = REPORT, frozenset({"sizes"})
    health.report_seconds = {"sizes": 90.0}
    assert [row.problem for row in health.query_rows("sizes")] == [None, None]
    health.report_seconds = {"sizes": 50.0}
    assert "120 s behind" in str(next(health.query_rows("sizes")).problem)


def test_late_events_are_counted_in_one_row(health: Health) -> None:
    health.reports["speed"] = REPORT
    health.note_late("speed", 3)
    assert [row.late_events for row in health.query_rows("speed")] == [3, 0]


def test_a_query_that_does_not_run_says_why(health: Health) -> None:
    [row] = health.query_rows("sizes")
    assert row.problem and row.problem.startswith("it is being started")
    health.note("sizes", "HDFS does not answer; tries again in 4 s")
    [row] = health.query_rows("sizes")
    assert row == replace(row, topic="", problem="HDFS does not answer; tries again in 4 s")
    health.note("sizes", None)
    health.running = frozenset({"sizes"})
    assert [row.problem for row in health.query_rows("sizes")] == [None]


def test_nothing_is_wrong_where_all_answer_and_events_come(health: Health) -> None:
    assert list(health.general_problems()) == []


def test_stores_that_do_not_answer_are_named_with_the_remedy(health: Health) -> None:
    health.ends.answers = False
    health.store.problem = "connection refused"
    kafka, postgres = health.general_problems()
    assert "Kafka does not answer; `make up`" in kafka
    assert "PostgreSQL does not answer (connection refused)" in postgres and "`make up`" in postgres


def test_what_concerns_all_is_said_and_a_silent_source_too(health: Health) -> None:
    health.note("", "no baseline yet: run `make marts`")
    health.ends.arrivals[TopicPartition("orders", 0)] = known = Arrivals()
    for ago, end in ((2_000.0, 10), (1_900.0, 12), (1.0, 12)):
        known.note(time.time() - ago, end)
    quiet, baseline = health.general_problems()
    assert quiet.startswith("no event has come for 32 minutes")
    assert baseline == "no baseline yet: run `make marts`"
