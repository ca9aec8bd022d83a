"""How fast an access log becomes visits, and in how much memory, beside the loop that one writes first.

`.venv/bin/python bench/sessionise_rate.py`; needs no platform, but `make setup`. The log is made up: readers with five
pages on average, four parts a page, robots among them, lines up to 20 s out of order. The loop beside it reads the same
lines by a pattern and `strptime`, keeps each visitor's pages in a dictionary, and counts visits; it filters the same
assets and robots, but checks, classifies, and writes nothing.
"""

import argparse
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from bench import access_logs, measure
from common.errors import entry_point
from common.settings import ROOT

SITE, LINES, SAMPLE = access_logs.SITE, 1_000_000, 20_000
PAUSE = 1_800
LINE = re.compile(r'(\S+) \S+ (\S+) \[(.+?)\] "(\S+) (\S+) .*?" (\d+) \S+ "(.*?)" "(.*?)"')
NO_PAGE = re.compile(r"\.(js|css|png)$")


def main(argv: Sequence[str] | None = None) -> None:
    """Measure both on a log, and ours on one that is four times as long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=LINES, help=f"of the shorter log; default {LINES:,}")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE:,} lines")
    parser.add_argument("--plain", type=Path, help="run the loop alone, on this log")
    arguments = parser.parse_args(argv)
    if arguments.plain:
        print(f"{plain(arguments.plain):,} visits")
        return
    count = SAMPLE if arguments.sample else arguments.lines
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        access_logs.write(folder / "log", count)
        access_logs.write(folder / "long", 4 * count)
        ours = ["-m", "streaming.sessionise", "--source", "bench", "--site", SITE, "--out", str(folder / "out")]
        rows = [
            row("make sessionise", count, run([*ours, "--logs", str(folder / "log")])),
            row("make sessionise", 4 * count, run([*ours, "--logs", str(folder / "long")])),
            row("plain loop", count, run([__file__, "--plain", str(folder / "log")])),
            row("plain loop", 4 * count, run([__file__, "--plain", str(folder / "long")])),
        ]
    print(measure.table(("", "lines", "seconds", "lines/s", "MB", "visits"), rows))


def run(arguments: list[str]) -> measure.Measured:
    """Run a program of this project in a fresh process."""
    return measure.run([sys.executable, *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}, ROOT)


def row(name: str, lines: int, measured: measure.Measured) -> tuple[str, ...]:
    """Return a run as a row of the table."""
    [visits] = re.findall(r"([\d,]+) visits\b", measured.output)
    rate = f"{lines / measured.seconds:,.0f}"
    return name, f"{lines:,}", f"{measured.seconds:.1f}", rate, f"{max(measured.peaks):.0f}", visits


def plain(log: Path) -> int:
    """Return the number of visits in a log, counted as one would without much thought."""
    pages = defaultdict(list)
    for line in log.open():
        match = LINE.match(line)
        if not match:
            continue
        address, user, stamp, method, path, status, _, agent = match.groups()
        if method == "GET" and status[0] in "23" and not NO_PAGE.search(path) and "bot" not in agent:
            at = datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z")
            pages[user if user != "-" else (address, agent)].append((at.timestamp(), path))
    visits = 0
    for times in map(sorted, pages.values()):
        gaps = [later[0] - earlier[0] for earlier, later in pairwise(times)]
        visits += 1 + sum(gap > PAUSE for gap in gaps)
    return visits


if __name__ == "__main__":
    entry_point(main)()
