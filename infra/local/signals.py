"""What stops a command: Ctrl-C, the end of the terminal and a polite kill, heard alike, and held back where it must."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import interrupt, tell_of_ctrl_c

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def handled(handler: Callable[[int, object], None]) -> Iterator[None]:
    """Let `handler` hear every signal to stop, for the length of the block."""
    before = {number: signal.signal(number, handler) for number in STOPS}
    try:
        yield
    finally:
        for number, one in before.items():
            signal.signal(number, one)


@contextmanager
def heard() -> Iterator[None]:
    """Let any signal to stop end the block as Ctrl-C does, so that it cleans up."""
    with handled(interrupt):
        yield


@contextmanager
def held_back() -> Iterator[None]:
    """Let nothing interrupt the block; what came meanwhile ends the command after it.

    Raises:
        KeyboardInterrupt: a signal to stop came.
    """
    came: list[int] = []

    def later(number: int, _: object) -> None:
        tell_of_ctrl_c()
        came.append(number)

    with handled(later):
        yield
    if came:
        raise KeyboardInterrupt
