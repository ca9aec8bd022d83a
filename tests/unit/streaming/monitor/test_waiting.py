"""A monitor that is started while PostgreSQL is away waits, says so, and ends by Ctrl-C."""

import signal
import threading
from pathlib import Path

import pytest

from common.settings import Settings, read_settings
from common.shutdown import Stop
from streaming.monitor import waiting


@pytest.fixture
def there(postgres_environ: dict[str, str]) -> Settings:
    """Settings of a platform whose PostgreSQL answers."""
    return read_settings(postgres_environ, Path("/nowhere"))


@pytest.fixture
def away(postgres_environ: dict[str, str]) -> Settings:
    """Settings of a platform at whose port no PostgreSQL answers."""
    return read_settings({**postgres_environ, "POSTGRES_PORT": "1"}, Path("/nowhere"))


def test_it_says_so_once_and_ends_when_it_is_asked_to(away: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    stop = Stop()
    asking = threading.Timer(1.3, stop.request, (signal.SIGTERM, None))
    asking.start()
    with pytest.raises(KeyboardInterrupt):
        waiting.wait_for_postgresql(away, stop)
    asking.join()
    said = capsys.readouterr().err
    assert said.startswith("monitor: waits for PostgreSQL, and Kafka keeps what comes; Ctrl-C ends it. PostgreSQL at ")
    assert said.count("\n") == 1, said


def test_it_begins_when_postgresql_answers(
    away: Settings, there: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = iter([away, away])
    refusal = waiting.refusal
    monkeypatch.setattr(waiting, "refusal", lambda settings: refusal(next(tries, there)))
    waiting.wait_for_postgresql(away, Stop())
    assert [line.partition(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        "monitor: waits for PostgreSQL, and Kafka keeps what comes",
        "monitor: PostgreSQL answers",
    ]


def test_where_it_is_there_nothing_is_said(there: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    waiting.wait_for_postgresql(there, Stop())
    assert capsys.readouterr().err == ""
