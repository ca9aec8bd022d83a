"""The producer of a drill, a process of its own, and its ledger."""

import subprocess
import sys
import time
from pathlib import Path

from common.errors import UserError
from common.settings import ROOT
from tests.drills.platform import Platform

FINISH_SECONDS = 900


class Sender:
    """Sends `share` events at a request, under the number of the fault at hand; nothing of it outlives its block."""

    def __init__(self, platform: Platform, seed: int, share: int) -> None:
        """Name the ledger; nothing is started yet."""
        self.platform, self.seed, self.share = platform, seed, share
        self.fault = 0
        self.ledger: Path = platform.settings.path("run", "drills", f"acknowledged-{seed}-{time.time_ns()}.csv")
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Sender":
        """Start the producer."""
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        log = self.platform.settings.path("log", "drills", "producer.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.drills.producer", str(self.ledger), "--seed", str(self.seed)],
                cwd=ROOT, env=dict(self.platform.environ), text=True,
                stdin=subprocess.PIPE, stdout=output, stderr=output,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        """End the producer, whatever it still does."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def burst(self) -> None:
        """Ask for the share of a fault.

        Raises:
            UserError: the producer has ended.
        """
        assert self.process is not None and self.process.stdin is not None
        if self.process.poll() is not None:
            raise UserError(
                f"the producer has ended; see {self.platform.settings.path('log', 'drills', 'producer.log')}"
            )
        self.process.stdin.write(f"{self.fault} {self.share}\n")
        self.process.stdin.flush()

    def finish(self) -> Path:
        """Let the producer send what it was asked for, wait for every acknowledgement, and return the ledger.

        Raises:
            UserError: it does not end well.
        """
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.close()
        if self.process.wait(FINISH_SECONDS):
            raise UserError(f"the producer failed; see {self.platform.settings.path('log', 'drills', 'producer.log')}")
        return self.ledger
