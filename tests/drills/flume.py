"""Kill Flume's agent again and again while an app writes its log, and count: nothing may be lost, nothing doubled.

`python -m tests.drills.flume` on a platform of its own. Visits are written to a log at a rate, the log is renamed every
few seconds, and the agent is killed by SIGKILL at random moments, also while it recovers. At the end every line must be
in bronze, and in what dbt makes of it once, however often Flume has sent it.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from common import thrift
from common.errors import UserError, entry_point
from common.settings import ROOT
from infra.local.flume import state
from tests.drills.background import beside
from tests.drills.platform import Platform
from tests.drills.run import on_platform

SOURCE = "flume-drill"
SECONDS_TO_DELIVER = 180
LANDED = (
    f"select count(*), count(distinct event_id) from bronze.events where source = '{SOURCE}' and broken_rule is null"
)
MODELLED = f"select count(*), count(distinct event_id) from core.int_visit_versions where source = '{SOURCE}'"


@dataclass(frozen=True)
class Counts:
    """What was written, what landed of it with repeats, and what dbt makes of that."""

    written: int
    landed: int
    different: int
    modelled: int
    modelled_different: int

    @property
    def lost(self) -> int:
        """Return how many lines are missing behind dbt."""
        return self.written - min(self.different, self.modelled_different)

    @property
    def doubled(self) -> int:
        """Return how many are there more than once behind dbt."""
        return self.modelled - self.modelled_different

    def __str__(self) -> str:
        """Return all counts in one line."""
        repeats = self.landed - self.different
        return f"{self.written:,} lines, {repeats:,} of them repeated: lost {self.lost:,}, doubled {self.doubled:,}"


class App:
    """What writes the log: at a rate, with a new file every few seconds."""

    def __init__(self, folder: Path, rate: int) -> None:
        """Begin no log yet."""
        self.log, self.rate, self.written, self.renamed = folder / "drill.log", rate, 0, 0
        self.ended = threading.Event()

    def writing(self, seconds_per_file: float = 4.0) -> AbstractContextManager[None]:
        """Write for the length of the block."""
        return beside(partial(self.write, seconds_per_file), self.ended)

    def write(self, seconds_per_file: float) -> None:
        """Write what is due, and rename the log now and then, until the end is asked for."""
        began = renamed = time.monotonic()
        while not self.ended.wait(0.05):
            due = int((time.monotonic() - began) * self.rate)
            with self.log.open("ab") as file:
                file.writelines(visit(number) for number in range(self.written, due))
            self.written = due
            if time.monotonic() - renamed > seconds_per_file:
                self.renamed, renamed = self.renamed + 1, time.monotonic()
                self.log.rename(self.log.with_name(f"drill-{self.renamed}.log"))


def visit(number: int) -> bytes:
    """Return a line of the log."""
    event = {
        "event_id": f"{SOURCE}-{number}", "schema_version": 2, "source": SOURCE, "customer_id": f"c{number % 997}",
        "occurred_at": "2024-03-01T08:26:00Z", "visit_id": f"v{number}", "channel": "search", "device": None,
        "seconds": 60, "pages_viewed": 3, "products_viewed": 1, "products_in_cart": 0,
    }  # fmt: skip
    return json.dumps(event).encode() + b"\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the drill.

    Raises:
        UserError: a line is lost or doubled.
    """
    arguments = parse(argv)
    chance = Random(arguments.seed)
    with on_platform(arguments.here) as place:
        place.command("infra.local", "up", "--services", "+flume")
        app = App(place.settings.flume_logs / "visits", arguments.rate)
        with app.writing():
            for number in range(1, arguments.kills + 1):
                time.sleep(chance.uniform(0.5, arguments.longest))
                os.kill(running(place), signal.SIGKILL)
                print(f"kill {number}/{arguments.kills}, {app.written:,} lines", file=sys.stderr, flush=True)
        deliver(place)
        counts = count(place, app.written)
    summary = f"{arguments.kills} kills, {app.renamed} files renamed, {counts}"
    if counts.lost or counts.doubled or not counts.written:
        raise UserError(summary)
    print(summary)


def running(place: Platform) -> int:
    """Return the agent's process, as soon as there is one."""
    deadline = time.monotonic() + SECONDS_TO_DELIVER
    while not (pid := place.pid("flume")):
        if time.monotonic() > deadline:
            raise UserError(f"flume was not started again; see {place.settings.path('log', 'flume.log')}")
        time.sleep(0.1)
    return pid


def deliver(place: Platform) -> None:
    """Wait until Kafka has all that was written.

    Raises:
        UserError: it does not come.
    """
    since, deadline = datetime.now(UTC), time.monotonic() + SECONDS_TO_DELIVER
    while not state.has_delivered(place.settings, since):
        if time.monotonic() > deadline:
            raise UserError(f"Flume has not delivered: {state.line(place.settings)}")
        time.sleep(0.2)


def count(place: Platform, written: int) -> Counts:
    """Land what is in Kafka, let dbt model it, and count."""
    place.command("streaming.ingest")
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--select", "+int_visit_versions"]
    folders = {"PROFILES_DIR": ("conf", "dbt"), "TARGET_PATH": ("dbt",), "LOG_PATH": ("log", "dbt")}
    environ = {**place.environ, **{f"DBT_{name}": str(place.settings.path(*at)) for name, at in folders.items()}}
    process = subprocess.run(
        command, cwd=ROOT / "dbt_project", env=environ, capture_output=True, text=True, check=False
    )
    if process.returncode:
        raise UserError(f"dbt failed: {process.stdout[-2000:]}")
    (landed, modelled) = (thrift.rows(place.settings, query)[0] for query in (LANDED, MODELLED))
    return Counts(written, *map(int, landed), *map(int, modelled))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills.flume", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10, help="how many (default 10)")
    parser.add_argument("--rate", type=int, default=2_000, help="lines a second (default 2,000)")
    parser.add_argument("--longest", type=float, default=20, help="seconds between two kills, at most (default 20)")
    parser.add_argument("--here", action="store_true", help="on the platform of the settings, not on one of its own")
    parser.add_argument("--seed", type=int, default=1, help="another seed is other moments")
    return parser.parse_args(argv)


if __name__ == "__main__":
    entry_point(main)()
