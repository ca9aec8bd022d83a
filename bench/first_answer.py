"""What a make target costs, from a fresh state, beside the same target of another checkout of this project.

`.venv/bin/python bench/first_answer.py --beside <folder>`: both sides in turn, each on a new platform of its own
state folder and ports; the caches of jars and wheels are warm. Seconds of wall time, CPU seconds of all that ran
meanwhile on this machine, and the peak of memory in use over what it used before. `--then` runs another target behind,
on the same platform, and measures that instead: `--target run --then refresh`. Words behind `--` go to the target.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import measure
from common.errors import UserError, entry_point
from common.settings import ROOT

STATE, PORT_BASE = ".state-first-answer", "32000"
HEADER = ("side", "run", "seconds", "CPU s", "peak MB")
SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Cost:
    """One run of a target: wall and CPU seconds, and the peak of memory in MB."""

    seconds: float
    cpu_seconds: float
    megabytes: float


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Run both sides in turn and print each run, then the ratios of the medians."""
    arguments = parse(argv)
    sides = {"this": ROOT, **({"beside": arguments.beside.resolve()} if arguments.beside else {})}
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    rows: list[tuple[str, ...]] = []
    for number in range(1, arguments.runs + 1):
        for name, folder in sides.items():
            cost = one_run(folder, arguments.target, arguments.then, arguments.words)
            costs[name].append(cost)
            rows.append((name, str(number), f"{cost.seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.megabytes:,.0f}"))
    print(measure.table(HEADER, rows), flush=True)
    if arguments.beside:
        print(ratios(costs["this"], costs["beside"]))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path, help="folder of the other checkout, set up")
    parser.add_argument("--target", default="run", help="make target from a fresh state; default: run")
    parser.add_argument("--then", nargs="*", default=[], help="targets behind it, of which the last is measured")
    parser.add_argument("--runs", type=int, default=2, help="runs of each side; default: 2")
    parser.add_argument("--sample", action="store_true", help="`make setup` twice, to see that the bench works")
    parser.add_argument("words", nargs="*", metavar="NAME=value", help="what the first target is given")
    arguments = parser.parse_args(argv)
    if arguments.sample:
        arguments.target, arguments.beside, arguments.runs = "setup", ROOT, 1
    return arguments


def one_run(folder: Path, target: str, then: Sequence[str], words: Sequence[str]) -> Cost:
    """Run the targets from a fresh state and return what the last of them cost.

    Raises:
        UserError: one failed.
    """
    make(folder, "reset", "YES=1")
    try:
        cost = cost_of(folder, target, *words)
        for following in then:
            cost = cost_of(folder, *following.split())
        return cost
    finally:
        make(folder, "reset", "YES=1")


def cost_of(folder: Path, *words: str) -> Cost:
    """Run one target and return what it cost."""
    before, cpu, began = available_mb(), busy_seconds(), time.monotonic()
    with lowest_memory() as lowest:
        make(folder, *words)
    return Cost(time.monotonic() - began, busy_seconds() - cpu, before - lowest[0])


def make(folder: Path, *words: str) -> None:
    """Run make in a checkout, on the bench's own platform.

    Raises:
        UserError: it failed; the text has its last words.
    """
    own = {"STATE_DIR": STATE, "PORT_BASE": PORT_BASE}
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "SPARK_", "VIRTUAL_ENV"))
    }
    process = subprocess.run(
        ["make", *words], cwd=folder, env={**environ, **own}, capture_output=True, text=True, check=False
    )
    if process.returncode:
        output = measure.tail(process.stdout + process.stderr)
        raise UserError(f"make {' '.join(words)} failed in {folder} with status {process.returncode}:\n{output}")


@contextmanager
def lowest_memory() -> Iterator[list[float]]:
    """Watch the memory that is free for the length of the block, and give the least of it, in MB."""
    lowest, ended = [available_mb()], threading.Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            lowest[0] = min(lowest[0], available_mb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lowest
    finally:
        ended.set()
        watcher.join()


def available_mb() -> float:
    """Return the memory that is free or can be made free."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1024


def busy_seconds() -> float:
    """Return the CPU seconds of all processes of this machine so far; whatever else runs is counted too."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def ratios(this: Sequence[Cost], beside: Sequence[Cost]) -> str:
    """Return the medians of one side over those of the other."""

    def ratio(name: str) -> str:
        ours, theirs = (statistics.median(getattr(cost, name) for cost in costs) for costs in (this, beside))
        return f"{ours / theirs:.2f}x" if theirs else "-"

    return f"this / beside: {ratio('seconds')} wall, {ratio('cpu_seconds')} CPU, {ratio('megabytes')} peak memory"


if __name__ == "__main__":
    sys.exit(main())
