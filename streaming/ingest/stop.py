"""A request to stop, heard between two looks at the query instead of in the middle of a word with the engine."""

import logging
import signal
from types import FrameType

from common.errors import tell_of_ctrl_c


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
