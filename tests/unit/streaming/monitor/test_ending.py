"""A monitor that does not end within its time loses its engine; one that does keeps it."""

import subprocess
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from common.shutdown import Stop
from streaming.monitor.ending import Ending


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process that would not end by itself."""
    monkeypatch.setattr("streaming.monitor.ending.SECONDS_TO_END", 0.1)
    monkeypatch.setattr("streaming.monitor.ending.SECONDS_BETWEEN_LOOKS", 0.01)
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def session_of(engine: subprocess.Popen[bytes]) -> Any:
    return SimpleNamespace(sparkContext=SimpleNamespace(_gateway=SimpleNamespace(proc=engine)))


def test_what_does_not_end_is_cut_off(engine: subprocess.Popen[bytes]) -> None:
    stop = Stop()
    with Ending(session_of(engine), stop) as ending:
        time.sleep(0.3)
        assert engine.poll() is None, "nobody has asked for a stop"
        stop.requested = True
        assert engine.wait(10) < 0
    assert ending.is_cut_off


def test_what_ends_in_time_is_not(engine: subprocess.Popen[bytes]) -> None:
    stop = Stop()
    with Ending(session_of(engine), stop) as ending:
        stop.requested = True
    time.sleep(0.3)
    assert not ending.is_cut_off and engine.poll() is None
