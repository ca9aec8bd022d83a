"""Running a program and measuring it: seconds, and the memory of its whole tree of processes."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from common.errors import UserError

SECONDS_BETWEEN_SAMPLES = 1.0
QUARTERS = 4
TAIL_CHARACTERS = 2_000


@dataclass(frozen=True)
class Measured:
    """One run: wall time from its start to its end, memory samples in MB, what it printed, and its CPU time."""

    seconds: float
    megabytes: tuple[float, ...]
    output: str
    cpu_seconds: float

    @property
    def peaks(self) -> tuple[float, ...]:
        """Return the peak memory of each quarter of the run, in MB; equal ones mean that it does not grow."""
        size = max(len(self.megabytes) / QUARTERS, 1)
        parts = [self.megabytes[round(each * size) : round((each + 1) * size)] for each in range(QUARTERS)]
        return tuple(max(part, default=0.0) for part in parts)


def run(command: Sequence[str], environ: Mapping[str, str], folder: Path, watched: int | None = None) -> Measured:
    """Run a program to its end; the memory is that of the process `watched` and all below it, by default its own.

    Raises:
        UserError: it failed; the text ends with its last words.
    """
    with tempfile.TemporaryFile("w+") as output:
        began, before = time.monotonic(), cpu_of_children()
        process = subprocess.Popen(
            command, env=dict(environ), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        samples: list[float] = []
        watcher = threading.Thread(target=sample, args=(process, watched or process.pid, samples), daemon=True)
        watcher.start()
        try:
            status = process.wait()
        except BaseException:
            end_tree(process.pid)
            raise
        seconds = time.monotonic() - began
        watcher.join()
        output.seek(0)
        text = output.read()
    if status:
        raise UserError(f"{' '.join(command[:3])} failed with status {status}:\n{tail(text)}")
    return Measured(seconds, tuple(samples), text, cpu_of_children() - before)


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes that this one has started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def tail(text: str) -> str:
    """Return the last words of a program, without the calls of an engine's error."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("\tat ", "\t... "))]
    return "\n".join(lines)[-TAIL_CHARACTERS:]


def sample(process: subprocess.Popen[str], watched: int, samples: list[float]) -> None:
    """Add the memory of a process tree to `samples` until a process ends."""
    while process.poll() is None:
        samples.append(memory_of(watched))
        time.sleep(SECONDS_BETWEEN_SAMPLES)


def memory_of(pid: int) -> float:
    """Return the proportional memory (PSS) of a process and all below it, in MB."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path("/proc", str(one.pid), "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process and all below it so far."""
    total = 0.0
    for one in tree(pid):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all below it; none where it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def end_tree(pid: int) -> None:
    """Kill a process and all below it."""
    for one in tree(pid):
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as aligned text, the first column to the left."""
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = [
        [
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    return "\n".join("  ".join(cells).rstrip() for cells in aligned)
