"""The ingest's rows of health, from the file that it writes."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common import locks
from common.settings import Settings, read_settings
from streaming.monitor.health import ingest_health

ORDERS = {"ends": {"0": 10, "1": 20}, "lag_events": 5, "lag_seconds": 1.5, "newest_event": 1_738_317_600.0}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"STATE_DIR": str(tmp_path / "state")}, tmp_path / "none")
    settings.path("run").mkdir(parents=True)
    settings.path(".platform").touch()
    return settings


def write(settings: Settings, at: float) -> dict[str, object]:
    state = {"at": datetime.fromtimestamp(at, UTC).isoformat(), "topics": {"orders": ORDERS}}
    settings.path("run", "ingest.json").write_text(json.dumps(state))
    return ingest_health.read(settings)


def test_a_stream_that_has_just_spoken_is_believed(settings: Settings) -> None:
    state = write(settings, time.time())
    assert ingest_health.ends(state, "orders") == {0: 10, 1: 20}
    with locks.hold(settings, "ingest", "stream"):
        row = ingest_health.row(settings, state, "orders", lag=(900, 10.0), rate=50.0)
    assert (row.lag_events, row.lag_seconds, row.rows_per_second, row.problem) == (5, 1.5, 50.0, None)
    assert row.newest_event_at == datetime(2025, 1, 31, 10, tzinfo=UTC)


def test_a_stream_that_has_counted_nothing_yet_does_not_know_how_long_it_is_behind(settings: Settings) -> None:
    state = {"at": datetime.now(UTC).isoformat(), "topics": {"orders": {**ORDERS, "lag_seconds": 0.0}}}
    with locks.hold(settings, "ingest", "stream"):
        row = ingest_health.row(settings, state, "orders", lag=(900, 10.0), rate=0.0)
    assert (row.lag_events, row.lag_seconds) == (5, 10.0)


def test_where_no_ingest_runs_kafkas_ends_count_and_the_row_says_what_to_do(settings: Settings) -> None:
    row = ingest_health.row(settings, write(settings, time.time()), "orders", lag=(1_900, 10.0), rate=50.0)
    assert (row.lag_events, row.lag_seconds, row.rows_per_second) == (1_900, 10.0, 0.0)
    assert row.problem == "no ingest runs, and 1,900 events have not landed in bronze; run `make stream`"


def test_without_a_file_nothing_is_known_and_nothing_wrong_where_nothing_waits(settings: Settings) -> None:
    state = ingest_health.read(settings)
    assert (state, ingest_health.ends(state, "orders"), ingest_health.written_at(state)) == ({}, {}, 0.0)
    row = ingest_health.row(settings, state, "orders", lag=(0, 0.0), rate=0.0)
    assert (row.newest_event_at, row.last_success_at, row.problem) == (None, None, None)
