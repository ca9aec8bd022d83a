"""A stop is heard between two looks; a second one is obeyed at once."""

import os
import signal
from collections.abc import Iterator

import pytest

from common.shutdown import Stop


@pytest.fixture
def stop() -> Iterator[Stop]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    listening = Stop()
    listening.listen()
    yield listening
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_remembered_until_the_next_look(stop: Stop, number: signal.Signals) -> None:
    stop.check()
    os.kill(os.getpid(), number)
    with pytest.raises(KeyboardInterrupt):
        stop.check()


def test_a_second_signal_does_not_wait(stop: Stop) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
