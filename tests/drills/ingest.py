"""The continuous ingest of a drill: started, killed, and started again whenever it has ended."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from common.errors import UserError
from common.settings import ROOT
from tests.drills.platform import Platform

STOP_SECONDS = 60
PAUSE_SECONDS = 1.0
STRUCK = "struck:"
CONTINUOUS = ("--continuous",)


@dataclass
class Ingest:
    """The ingest process; `starts` counts its processes, each with a log of its own."""

    platform: Platform
    arguments: tuple[str, ...] = CONTINUOUS
    starts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self, *armed: str) -> None:
        """Start it, as a user would or armed to die at a point."""
        module = ["tests.drills.armed", *armed, "--"] if armed else ["streaming.ingest"]
        log = self.log(self.starts)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *module, *self.arguments], cwd=ROOT, env=dict(self.platform.environ),
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.starts += 1

    def has_ended(self) -> bool:
        """Return whether it does not run."""
        return self.process is None or self.process.poll() is not None

    def tend(self) -> None:
        """Start it again where it has ended, as a supervisor would."""
        if self.has_ended():
            time.sleep(PAUSE_SECONDS)
            self.start()

    def wait(self) -> int:
        """Wait until it has ended by itself, and return its exit status."""
        assert self.process is not None
        return self.process.wait()

    def struck_at(self) -> str:
        """Return where the last armed process says that it was struck; empty where it was not."""
        log = self.last_log.read_text(errors="replace")
        return next((line.removeprefix(STRUCK).strip() for line in log.splitlines() if line.startswith(STRUCK)), "")

    @property
    def last_log(self) -> Path:
        """Return the log of its last process."""
        return self.log(self.starts - 1)

    def log(self, number: int) -> Path:
        """Return the log of one of its processes."""
        return self.platform.settings.path("log", "drills", f"ingest-{number:03d}.log")

    def kill(self) -> None:
        """Kill the process and its engine at once, with nothing cleaned up."""
        if self.process is not None:
            kill_tree(self.process.pid)
            self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait until it has.

        Raises:
            UserError: it does not.
        """
        if self.process is None or self.has_ended():
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise UserError(f"the ingest did not stop within {STOP_SECONDS} s of Ctrl-C") from None


def kill_tree(pid: int) -> None:
    """Kill a process and all below it; where it is this one, it goes last."""
    try:
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
