"""A stream bears with what may pass, for a while; a run until caught up makes one attempt."""

import pytest
from py4j.protocol import Py4JNetworkError

from common.shutdown import Stop
from streaming.retry import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE_SECONDS, Retry


@pytest.fixture
def stop() -> Stop:
    """A stop that was asked for, with which no pause is sat out."""
    one = Stop()
    one.requested = True
    return one


def test_a_run_until_caught_up_does_not_wait(stop: Stop) -> None:
    with pytest.raises(OSError, match="broken"):
        Retry(stop, continuous=False).wait(OSError("broken"))


def test_a_stream_waits_twice_as_long_each_time(stop: Stop, capsys: pytest.CaptureFixture[str]) -> None:
    retry = Retry(stop, continuous=True)
    for _ in range(7):
        retry.wait(OSError("broken"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["ingest: broken; tries again in 1 s", "ingest: broken; tries again in 2 s"]
    assert retry.pause == LONGEST_PAUSE and lines[-1].endswith("tries again in 30 s")
    retry.reset()
    assert (retry.failing_since, retry.pause) == (None, FIRST_PAUSE)


def test_patience_ends_and_an_engine_that_is_gone_is_not_waited_for(stop: Stop) -> None:
    retry = Retry(stop, continuous=True, failing_since=100.0)
    assert not retry.is_hopeless(OSError("broken"), 100.0 + PATIENCE_SECONDS)
    assert retry.is_hopeless(OSError("broken"), 101.0 + PATIENCE_SECONDS)
    assert retry.is_hopeless(Py4JNetworkError("gone"), 100.0)
