"""The programs that `make live` runs: each in a process group of its own, so that Ctrl-C ends them in order."""

import ctypes
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from common.settings import ROOT

LIBC = ctypes.CDLL(None)
# Of prctl(2), which Linux alone has.
PARENT_DEATH_SIGNAL = 1
# So long may a program take to finish what it is committing.
SECONDS_TO_END = 60.0
TAIL_BYTES = 4096
# What every command says when it was stopped.
COURTESIES = ("interrupted: ", "stopped; ")


def end_with_parent() -> None:
    """Let the system send this process what Ctrl-C would when the one that began it is killed."""
    if hasattr(LIBC, "prctl"):
        LIBC.prctl(PARENT_DEATH_SIGNAL, signal.SIGINT)


@dataclass
class Child:
    """A program, and the log that everything it says goes to."""

    name: str
    command: tuple[str, ...]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin it, out of the terminal's reach."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    @property
    def status(self) -> int | None:
        """Return its exit status; None while it runs, or before it has begun."""
        return None if self.process is None else self.process.poll()

    def ask_to_end(self) -> None:
        """Send it what Ctrl-C would, where it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """Ask it to end, and wait until it has; one that does not is killed, which no store minds."""
        self.ask_to_end()
        if self.process is None:
            return
        try:
            self.process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_line(self) -> str:
        """Return the last line of its log that says something; a line that was written over counts as it is now."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        lines = [line.strip() for line in text.replace("\r", "\n").splitlines()]
        return next((line for line in reversed(lines) if line and not line.startswith(COURTESIES)), "")
