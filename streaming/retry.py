"""How long a run bears with failures that may pass."""

import sys
import time
from dataclasses import dataclass

from py4j.protocol import Py4JNetworkError

from common.errors import first_line
from common.shutdown import Stop

PATIENCE_SECONDS = 900
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# A query that has run as long has got over what failed before, though there was nothing to land.
WELL_SECONDS = 120
SECONDS_BETWEEN_LOOKS = 0.2


@dataclass
class Retry:
    """Waits between attempts, each time twice as long; a run until caught up makes one attempt."""

    stop: Stop
    continuous: bool
    job: str = "ingest"
    failing_since: float | None = None
    pause: float = FIRST_PAUSE

    def reset(self) -> None:
        """Forget the failures: something has landed, or the query has run for long enough."""
        self.failing_since, self.pause = None, FIRST_PAUSE

    def is_hopeless(self, error: Exception, now: float) -> bool:
        """Return whether no further attempt helps: the engine is gone, or patience has ended."""
        since = now if self.failing_since is None else self.failing_since
        return not self.continuous or isinstance(error, Py4JNetworkError) or now - since > PATIENCE_SECONDS

    def note(self, error: Exception) -> float:
        """Say that a failure may pass, and return how many seconds to wait before the next attempt.

        Raises:
            Exception: the error itself, where no further attempt helps.
        """
        now, pause = time.monotonic(), self.pause
        if self.is_hopeless(error, now):
            raise error
        print(f"{self.job}: {first_line(error)}; tries again in {pause:.0f} s", file=sys.stderr, flush=True)
        self.failing_since = now if self.failing_since is None else self.failing_since
        self.pause = min(2 * pause, LONGEST_PAUSE)
        return pause

    def wait(self, error: Exception) -> None:
        """Wait a little after a failure that may pass.

        Raises:
            Exception: the error itself, where no further attempt helps.
        """
        until = time.monotonic() + self.note(error)
        while time.monotonic() < until and not self.stop.requested:
            time.sleep(SECONDS_BETWEEN_LOOKS)
