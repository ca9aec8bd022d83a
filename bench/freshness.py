"""How fresh the lake is: from the broker's append of an event to the Delta commit that makes it readable, on HDFS.

`.venv/bin/python bench/freshness.py` on a running platform: five topics at 500 events/s each for five minutes,
read by the continuous ingest and then by five quickstart queries in one application. A side's clock starts at its first
commit; its first fifth is not counted. The commit's time is that of its file in the table's log.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import delta_log, measure, peers
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from common.settings import Settings, read_settings
from streaming import topics

SAMPLE_SECONDS = 5
FIRST_COMMIT_SECONDS = 180
PERCENTILES = (50, 95, 99)
HEADER = ("", "events", "commits", *(f"p{each}" for each in PERCENTILES), *(f"ours, p{each}" for each in PERCENTILES))


@dataclass(frozen=True)
class Fresh:
    """A side: the lag of each event in seconds, and how many commits they came in."""

    lags: np.ndarray
    commits: int

    def at(self, percentile: int) -> float:
        """Return a percentile of the lags, in seconds."""
        return float(np.percentile(self.lags, percentile))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure one side after the other and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300, help="length of each side's run (default 300)")
    parser.add_argument("--rate", type=int, default=500, help="events a second and topic (default 500)")
    parser.add_argument("--side", choices=("ours", "stock"), help="only this side")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE_SECONDS} seconds at 50/s, to see that it works")
    arguments = parser.parse_args(argv)
    seconds, rate = (SAMPLE_SECONDS, 50) if arguments.sample else (arguments.seconds, arguments.rate)
    settings = read_settings()
    topics.ensure(settings, load(FOLDER).topics)
    peers.make_folder(settings)
    sides = {"ours": ours, "stock": stock}
    measured = {name: side(settings, seconds, rate) for name, side in sides.items() if arguments.side in (None, name)}
    print(f"five topics at {rate:,} events/s each, {seconds:.0f} s, without the first fifth; lag in seconds")
    print(measure.table(HEADER, [line(name, one, measured.get("ours")) for name, one in measured.items()]))


def ours(settings: Settings, seconds: float, rate: int) -> Fresh:
    """Measure the continuous ingest."""
    table = peers.events_table(settings)
    with peers.running([sys.executable, "-m", "streaming.ingest", "--continuous"], os.environ) as alive:
        return observe(settings, [table], seconds, rate, alive)


def stock(settings: Settings, seconds: float, rate: int) -> Fresh:
    """Measure five quickstart queries in one application; they begin at the end of the topics."""
    names = list(peers.loaded_topics())
    folder = peers.clean(settings, "stock-stream")
    options = ["--starting", "latest", "--statistics", ",".join(peers.statistics())]
    command = peers.quickstart(settings, "stream", ",".join(names), folder, options)
    with peers.running(command, peers.outside(settings)) as alive:
        return observe(
            settings, [delta_log.Table(settings, f"{folder}/{name}") for name in names], seconds, rate, alive
        )


def observe(
    settings: Settings, tables: Sequence[delta_log.Table], seconds: float, rate: int, alive: peers.Alive
) -> Fresh:
    """Load the topics until every table has had commits for `seconds`, and return the lags in that time.

    Raises:
        UserError: the side ended, or made no commit.
    """
    known = [max(table.times(), default=-1) for table in tables]
    with peers.running(peers.steady_load(settings, rate), os.environ):
        deadline = time.monotonic() + FIRST_COMMIT_SECONDS
        while not all(max(table.times(), default=-1) > last for table, last in zip(tables, known, strict=True)):
            if time.monotonic() > deadline:
                raise UserError(f"no commit in {FIRST_COMMIT_SECONDS} s; `make status`, and see the log of the side")
            alive()
            time.sleep(0.5)
        began = time.time()
        while time.time() < began + seconds:
            alive()
            time.sleep(0.5)
        first, last = int((began + seconds / 5) * 1000), int((began + seconds) * 1000)
        # Under the same load until the batch after the running one is committed: it holds the window's last events.
        while not all(later(table, last) >= 2 for table in tables):
            alive()
            time.sleep(0.5)
    parts = [part for table, after in zip(tables, known, strict=True) for part in lags(table, after, first, last)]
    return Fresh(np.concatenate(parts), len(parts))


def later(table: delta_log.Table, moment_ms: int) -> int:
    """Return how many commits a table has had since a moment."""
    return sum(at > moment_ms for at in table.times().values())


def lags(table: delta_log.Table, after: int, first_ms: int, last_ms: int) -> Iterator[np.ndarray]:
    """Yield, per commit, the lags in seconds of the events that arrived in the window."""
    for commit in table.commits(after):
        arrived = [table.rows(file, ["arrived_at"])["arrived_at"] for file in commit.files]
        if not arrived:
            continue
        column = pa.chunked_array([chunk for one in arrived for chunk in one.chunks], type=arrived[0].type)
        at = pc.cast(pc.cast(column, pa.timestamp("ms"), safe=False), pa.int64()).to_numpy()
        within = at[(at >= first_ms) & (at < last_ms)]
        if within.size:
            yield (commit.at_ms - within) / 1000


def line(name: str, side: Fresh, ours: Fresh | None) -> tuple[str, ...]:
    """Return a side's line: its own percentiles, and ours as a part of them."""
    own = [f"{side.at(each):.2f}" for each in PERCENTILES]
    parts = [f"{ours.at(each) / side.at(each):.3f}x" if ours else "" for each in PERCENTILES]
    return name, f"{side.lags.size:,}", f"{side.commits:,}", *own, *parts


if __name__ == "__main__":
    entry_point(main)()
