"""How fast the monitor takes a backlog of orders: events a second of each query, memory and CPU time of its processes.

`.venv/bin/python bench/monitor_rate.py` on a running platform: lets the monitor begin, ends it, sends orders of 200,000
customers of `shop`, whose past `bench/known_past.py AS_OF` makes up, and starts it again. The query `sizes` says every
two minutes how far it is, and is not waited for.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psutil

from bench import environment, measure, peers
from common import monitor_state
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from streaming import topics

SAMPLE_EVENTS, EVENTS = 5_000, 1_000_000
SECONDS_BETWEEN_LOOKS = 1.0
MOST_SECONDS = 1_800
QUERIES = ("speed", "windows")
Rows = Mapping[str, Mapping[str, float]]


@dataclass
class Course:
    """How the queries got on: when each first said something and when it was through (seconds), and peaks."""

    began: dict[str, float] = field(default_factory=dict)
    through: dict[str, float] = field(default_factory=dict)
    fastest: dict[str, float] = field(default_factory=dict)
    state_rows: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0
    cpu_seconds: float = 0.0

    def look(self, rows: Rows, at: float) -> bool:
        """Take what the queries say of topic `orders` at a time, and return whether all are through."""
        for name in (one for one in QUERIES if one in rows and one not in self.through):
            row = rows[name]
            self.began.setdefault(name, at)
            self.fastest[name] = max(self.fastest.get(name, 0.0), row["rows_per_second"])
            self.state_rows[name] = row["state_rows"] or self.state_rows.get(name, 0)
            if not row["lag_events"]:
                self.through[name] = at
        return len(self.through) == len(QUERIES)


def main(argv: Sequence[str] | None = None) -> None:
    """Send the backlog, let the monitor take it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"how many orders (default {EVENTS:,})")
    parser.add_argument("--sample", action="store_true", help=f"only {SAMPLE_EVENTS:,} orders, to see that it works")
    parser.add_argument("--customers", type=int, default=200_000, help="how many place them (default 200,000)")
    arguments = parser.parse_args(argv)
    settings, count = read_settings(), SAMPLE_EVENTS if arguments.sample else arguments.events
    topics.ensure(settings, load(FOLDER).topics)
    begin(settings)
    made = [str(environment.interpreter()), str(peers.HERE / "order_events.py"), settings.kafka_bootstrap, str(count)]
    made += ["--customers", str(arguments.customers)]
    print(measure.run(made, os.environ, ROOT).output.rstrip(), file=sys.stderr, flush=True)
    course = watch(settings)
    print(
        f"{count:,} orders wait; peak memory of the monitor's processes {course.megabytes:,.0f} MB, their CPU time"
        f" {course.cpu_seconds:,.0f} s, load of the machine {os.getloadavg()[0]:.1f}"
    )
    header = ("query", "through after s", "events/s from its first report", "fastest events/s", "state rows")
    print(measure.table(header, [line(course, name, count) for name in QUERIES]))


def begin(settings: Settings) -> None:
    """Run the monitor until its queries have begun, so that they go on behind what they have read.

    Raises:
        UserError: it ended, or took too long.
    """
    began, before = time.monotonic(), said(settings)[0]
    with peers.running([sys.executable, "-m", "streaming.monitor"], os.environ) as alive:
        while time.monotonic() - began < MOST_SECONDS:
            alive()
            at, rows = said(settings)
            if at != before and rows.keys() >= set(QUERIES):
                return
            time.sleep(SECONDS_BETWEEN_LOOKS)
    raise UserError(f"the monitor had not begun after {MOST_SECONDS} s; see `make status`")


def watch(settings: Settings) -> Course:
    """Run the monitor until its queries are through.

    Raises:
        UserError: it ended, or took too long.
    """
    course, began, before = Course(), time.monotonic(), said(settings)[0]
    with peers.running([sys.executable, "-m", "streaming.monitor"], os.environ) as alive:
        while time.monotonic() - began < MOST_SECONDS:
            alive()
            course.megabytes = max(course.megabytes, sum(measure.memory_of(pid) for pid in children()))
            course.cpu_seconds = max(course.cpu_seconds, sum(measure.cpu_of(pid) for pid in children()))
            at, rows = said(settings)
            if at != before and course.look(rows, time.monotonic() - began):
                return course
            time.sleep(SECONDS_BETWEEN_LOOKS)
    raise UserError(f"the monitor was not through after {MOST_SECONDS} s; see `make status`")


def children() -> list[int]:
    """Return the processes that this one runs: the monitor."""
    return [one.pid for one in psutil.Process().children()]


def said(settings: Settings) -> tuple[str, Rows]:
    """Return when the monitor last said something, and its rows of topic `orders` by query."""
    state = monitor_state.read(settings) or {"at": "", "rows": []}
    return str(state["at"]), {row["job"]: row for row in state["rows"] if row["topic"] == "orders"}


def line(course: Course, name: str, count: int) -> tuple[str, ...]:
    """Return a query's line of the table."""
    seconds = course.through[name] - course.began[name]
    rate = f"{count / seconds:,.0f}" if seconds else "in one batch"
    return (
        name, f"{course.through[name]:.0f}", rate, f"{course.fastest[name]:,.0f}",
        f"{course.state_rows[name]:,.0f}",
    )  # fmt: skip


if __name__ == "__main__":
    entry_point(main)()
