"""What stops a command: Ctrl-C, the end of the terminal, a polite kill; heard, said at once, held back where it must.

Only the standard library is used here, because set-up is stopped the same way.
"""

import functools
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def hear_ctrl_c(*, ends: bool = False) -> None:
    """Let Ctrl-C be said at once, since what is under way may take its time to end.

    Args:
        ends: that a library has taken Ctrl-C, to end what it does, and hears it afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    library = signal.getsignal(signal.SIGINT)

    def first_said(number: int, frame: FrameType | None) -> None:
        tell_of_ctrl_c()
        if callable(library):
            library(number, frame)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, first_said if ends and library is not interrupt else interrupt)


def interrupt(_: int, __: object) -> NoReturn:
    """Interrupt the program, as Python does by itself, and say so."""
    tell_of_ctrl_c()
    raise KeyboardInterrupt


@functools.cache
def tell_of_ctrl_c() -> None:
    """Say, once, that the program ends; by the system's own call, which no lock of a stream holds up."""
    os.write(2, b"interrupted: what is under way ends first\n")


class Stop:
    """Hears Ctrl-C and the request to end; the second one is obeyed at once."""

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.requested = False

    def listen(self) -> None:
        """Take the signals; again after the session has begun, which takes Ctrl-C for itself."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.request)
        # A batch that a stop cuts off would be reported with all its calls; it runs again as a whole.
        logging.getLogger("py4j").setLevel(logging.CRITICAL)

    def request(self, number: int, frame: FrameType | None) -> None:
        """Remember the request."""
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        if number == signal.SIGINT:
            tell_of_ctrl_c()

    def check(self) -> None:
        """Raise KeyboardInterrupt where a stop was requested."""
        if self.requested:
            raise KeyboardInterrupt


@contextmanager
def listening() -> Iterator[Stop]:
    """Return what hears requests to stop for the length of the block; only a program's main thread can be asked."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stop.listen()
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def handling(handler: Callable[[int, object], None]) -> Iterator[None]:
    """Let `handler` hear every signal to stop, for the length of the block."""
    before = {number: signal.signal(number, handler) for number in STOPS}
    try:
        yield
    finally:
        for number, one in before.items():
            signal.signal(number, one)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let any signal to stop end the block as Ctrl-C does, so that it cleans up."""
    with handling(interrupt):
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

    with handling(later):
        yield
    if came:
        raise KeyboardInterrupt
