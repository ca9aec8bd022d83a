"""The monitor's lines of `make status`, from its file alone."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common import locks, monitor_state
from common.settings import Settings, read_settings
from streaming.monitor.health import status
from streaming.monitor.health.rows import Row

AT = datetime(2025, 1, 31, 10, 0, tzinfo=UTC)
SPEED = Row("speed", "orders", 1_200, 3.25, AT, 512.4, 0, AT, 45_000, 12_300_000)
INGEST = Row("ingest", "orders", problem="no ingest runs")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"STATE_DIR": str(tmp_path / "state")}, tmp_path / "none")
    settings.path("run").mkdir(parents=True)
    settings.path(".platform").touch()
    return settings


def status_lines(
    *rows: Row, problems: tuple[str, ...] = (), alerts: dict[str, int] | None = None, age: float = 1
) -> list[str]:
    written = {"at": AT.isoformat(), "alerts_today": alerts or {}, "problems": problems,
               "rows": [{**asdict(row), "newest_event_at": row.newest_event_at and row.newest_event_at.isoformat()}
                        for row in rows]}  # fmt: skip
    return list(status.running(written, "17", AT + timedelta(seconds=age)))


def test_a_query_is_a_line_and_the_ingest_has_its_own_table() -> None:
    head, line, last = status_lines(INGEST, SPEED, alerts={"speed": 2, "size_up": 1})
    assert head.split()[:4] == ["query", "topic", "waiting", "for"]
    assert line == (
        "speed       orders         1,200    3.2 s       512  2025-01-31T10:00:00       0      45,000   12.3"
    )
    assert last == ("monitor: runs (process 17), 3 alerts (size_up 1, speed 2) today, looked at 2025-01-31T10:00:00")


def test_a_query_that_has_said_nothing_yet_has_dashes() -> None:
    line = status_lines(Row("sizes", ""))[1]
    assert line.split() == ["sizes", "-", "0", "-", "0", "-", "0", "0", "-"]


def test_what_is_wrong_is_said_once_with_all_queries_that_it_is_said_of() -> None:
    behind = replace(SPEED, problem="it is behind")
    lines = status_lines(
        behind, replace(behind, topic="visits"), replace(behind, job="windows"), problems=("no baseline",)
    )
    assert lines[-3:-1] == ["speed, windows: it is behind", "monitor: no baseline"]


def test_a_monitor_that_has_gone_silent_is_told() -> None:
    assert "has not said anything for 60 s" in status_lines(SPEED, age=60)[-2]
    assert not any("has not said anything" in line for line in status_lines(SPEED, age=5))


def test_a_monitor_that_does_not_run_is_one_line_with_the_commands(settings: Settings) -> None:
    [line] = status.lines(settings)
    assert line.startswith("monitor: does not run; `make monitor`")
    monitor_state.write(settings, AT, [asdict(SPEED)], [], {})
    [line] = status.lines(settings)
    assert line.startswith("monitor: does not run; it last ran at 2025-01-31T10:00:00; `make monitor`")


def test_the_file_is_read_as_it_was_written_and_a_broken_one_is_none(settings: Settings) -> None:
    with locks.hold(settings, "monitor"):
        assert len(status.lines(settings)) == 1
        monitor_state.write(settings, AT, [asdict(SPEED)], ["no baseline"], {"speed": 1})
        assert [line.split()[0] for line in status.lines(settings)[1:3]] == ["speed", "monitor:"]
        settings.path(*monitor_state.FILE).write_text("{")
        assert len(status.lines(settings)) == 1
