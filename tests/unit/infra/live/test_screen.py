"""The block of lines that `make live` shows."""

from datetime import UTC, datetime

import pytest

from infra.live.screen import HEADER, Screen, block, duration

NOW = datetime(2025, 1, 31, 10, 0, 10, tzinfo=UTC)
ROW = {
    "job": "ingest", "topic": "orders", "lag_events": 3, "lag_seconds": 1.25, "newest_event_at": None,
    "rows_per_second": 20.0, "state_rows": 0, "problem": None,
}  # fmt: skip
STATE = {
    "at": "2025-01-31T10:00:09+00:00",
    "alerts_today": {"speed": 2, "size_up": 1},
    "problems": ["PostgreSQL does not answer"],
    "rows": [
        {**ROW, "newest_event_at": "2025-01-31T10:00:08+00:00"},
        *({**ROW, "topic": topic, "lag_events": 1, "lag_seconds": 0.5} for topic in ("returns", "visits", "ratings")),
        {**ROW, "job": "speed", "lag_events": 0, "state_rows": 400, "problem": "it failed"},
    ],
}


def test_a_job_is_a_line_with_its_topics_added_up_and_what_is_wrong_follows() -> None:
    assert block(STATE, "simulate: 50 events/s", "flume: 9 lines sent", "page: none", NOW) == [
        "simulate: 50 events/s",
        "flume: 9 lines sent",
        HEADER,
        "ingest      4 topics                            6    1.2 s        80       2.0 s ago           -",
        "speed       orders                              0        -        20               -         400",
        "alerts today: 3 (size_up 1, speed 2)",
        "PostgreSQL does not answer",
        "it failed",
        "page: none",
    ]


def test_before_the_monitor_has_looked_the_block_says_so() -> None:
    lines = block(None, "", "flume: none", "page: none", NOW)
    assert lines == [
        "simulate: waits for the monitor", "flume: none", HEADER, "the stream and the monitor are starting",
        "page: none",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1.0, "0.0 s"), (1.25, "1.2 s"), (150, "2 min"), (7_300, "2 h"), (200_000, "2 d")]
)
def test_a_time_is_said_in_the_unit_that_a_person_reads_it_in(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_terminal_is_written_over_and_what_is_said_stays(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(terminal=True)
    screen.show(["one", "two"])
    screen.show(["too early"])
    screen.shown = 0.0
    screen.show(["three"])
    screen.say("ended")
    screen.shown = 0.0
    screen.show(["four"])
    assert capsys.readouterr().out == "one\ntwo\n\x1b[2A\x1b[Jthree\nended\nfour\n"


def test_without_a_terminal_lines_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(terminal=False)
    screen.show(["x" * 300])
    assert capsys.readouterr().out == "x" * 300 + "\n"
