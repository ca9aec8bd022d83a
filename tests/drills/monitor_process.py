"""The monitor of a drill: started, killed, waited for, ended in order."""

import signal
import subprocess
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from common import monitor_state
from common.errors import UserError
from tests.drills.ingest import kill_tree
from tests.drills.platform import Platform

START_SECONDS, REST_SECONDS = 400, 400
# The query of sizes says every two minutes how far it is.
QUERIES, SOON = {"sizes", "speed", "windows", "alerts"}, {"speed", "windows", "alerts"}


@dataclass
class Monitor:
    """The process, of which nothing is known yet when it starts."""

    platform: Platform
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it."""
        self.platform.settings.path(*monitor_state.FILE).unlink(missing_ok=True)
        self.process = self.platform.start("streaming.monitor")

    def kill(self) -> None:
        """Kill it and its engine at once, with nothing cleaned up."""
        if self.process is not None:
            kill_tree(self.process.pid)
            self.process.wait()

    def has_ended(self) -> bool:
        """Return whether it does not run."""
        return self.process is None or self.process.poll() is not None

    def wait_begun(self, queries: Collection[str] = QUERIES) -> None:
        """Wait until queries have finished a batch."""
        self.wait_until(lambda: set(queries) <= {row["job"] for row in self.rows()}, START_SECONDS)

    def end(self) -> None:
        """Wait until nothing waits, ask it to end, and wait until it has.

        Raises:
            UserError: it ends with a fault, or not at all.
        """
        self.wait_begun()
        self.wait_until(lambda: not any(row["lag_events"] for row in self.rows()), REST_SECONDS)
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        if status := self.process.wait(REST_SECONDS):
            raise UserError(f"the monitor ended with status {status}")

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for a condition.

        Raises:
            UserError: the monitor has ended, or so many seconds are over.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if self.has_ended() or time.monotonic() > deadline:
                raise UserError("the monitor has ended, or does not get on; see `make status`")
            time.sleep(1)

    def rows(self) -> list[dict[str, Any]]:
        """Return what it says of its queries; nothing while it has not said anything."""
        state = monitor_state.read(self.platform.settings)
        if state is None:
            return []
        return [row for row in state["rows"] if row["job"] in QUERIES and row["topic"]]
