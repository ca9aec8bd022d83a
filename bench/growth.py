"""Whether the ingest slows down or leaves ever more files: thousands of small batches, with upkeep in between.

`.venv/bin/python bench/growth.py --batches 2000` on a running platform. A batch's time is from the arrival of its
newest event to its commit; under a steady load that is what the batch took, whatever the trigger waits for. The last
hundred batches are compared with the second hundred; the first hundred warm the engine up.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import delta_log, measure, peers
from common.contracts.model import FOLDER, load
from common.errors import UserError, entry_point
from common.lake_paths import EVENTS_CHECKPOINT
from common.settings import ROOT, Settings, read_settings
from common.webhdfs import WebHdfs
from streaming import topics

RATE, HUNDRED, SAMPLE = 100, 100, 6
HEADER = ("after batches", "when", "live data files", "files in the folder", "log", "checkpoints")


@dataclass(frozen=True)
class Files:
    """How many files there are: live data files, all in the table's folder, of its log, of the query's checkpoint."""

    live: int
    data: int
    log: int
    checkpoints: int


def main(argv: Sequence[str] | None = None) -> None:
    """Run the batches, count files before and after each upkeep, and compare the batch times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=2_000, help="how many commits (default 2,000)")
    parser.add_argument("--maintain-every", type=int, default=500, help="batches between two upkeeps; 0 is never")
    parser.add_argument("--sample", action="store_true", help=f"{SAMPLE} batches, to see that the bench works")
    arguments = parser.parse_args(argv)
    batches, every = (SAMPLE, SAMPLE // 2) if arguments.sample else (arguments.batches, arguments.maintain_every)
    settings = read_settings()
    topics.ensure(settings, load(FOLDER).topics)
    table = peers.events_table(settings)
    rows: list[tuple[str, ...]] = []
    seconds: list[float] = []
    with (
        peers.running([sys.executable, "-m", "streaming.ingest", "--continuous"], os.environ) as alive,
        peers.running(peers.steady_load(settings, RATE), os.environ),
    ):
        for took in batch_times(table, alive):
            seconds.append(took)
            if every and len(seconds) % every == 0:
                rows.append(count_files(settings, table, len(seconds), "before upkeep"))
                maintain()
                rows.append(count_files(settings, table, len(seconds), "after upkeep"))
            if len(seconds) >= batches:
                break
    rows.append(count_files(settings, table, len(seconds), "at the end"))
    print(measure.table(HEADER, rows))
    print(verdict(seconds, min(HUNDRED, batches // 3)))


def batch_times(table: delta_log.Table, alive: peers.Alive) -> Iterator[float]:
    """Yield how many seconds each new batch took, as it is committed.

    Raises:
        UserError: the ingest ended, or the files keep no bounds of the arrival.
    """
    last = max(table.times(), default=-1)
    while True:
        alive()
        for commit in table.commits(last):
            last = commit.version
            if commit.files and commit.newest_ms is None:
                raise UserError("the files keep no bounds of arrived_at; add it to the table's statistics")
            if commit.newest_ms is not None:
                yield (commit.at_ms - commit.newest_ms) / 1000
        time.sleep(0.5)


def maintain() -> None:
    """Run the upkeep beside the ingest; what is younger than an hour it leaves, whatever it is asked.

    Raises:
        UserError: it failed.
    """
    process = subprocess.run(
        [sys.executable, "-m", "spark.maintenance", "--retain-hours", "1", "--log-hours", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode:
        raise UserError(f"upkeep failed:\n{measure.tail(process.stdout + process.stderr)}")


def count_files(settings: Settings, table: delta_log.Table, batches: int, when: str) -> tuple[str, ...]:
    """Return a line of the table of files."""
    files = Files(
        live=len(table.live()),
        data=sum(one["type"] == "FILE" for one in table.listing("")),
        log=sum(one["type"] == "FILE" for one in table.listing("/_delta_log")),
        checkpoints=files_below(settings, EVENTS_CHECKPOINT),
    )
    return f"{batches:,}", when, f"{files.live:,}", f"{files.data:,}", f"{files.log:,}", f"{files.checkpoints:,}"


def files_below(settings: Settings, path: str) -> int:
    """Return how many files a folder of HDFS holds, those of its folders included."""
    answer = WebHdfs.of(settings, delta_log.READER).call("GET", path, "GETCONTENTSUMMARY", absent_ok=True)
    return int(answer["ContentSummary"]["fileCount"]) if answer else 0


def verdict(seconds: Sequence[float], size: int) -> str:
    """Return the comparison of the last batches with the second hundred, in one line."""
    second, last = seconds[size : 2 * size], seconds[-size:]
    ratio = statistics.fmean(last) / statistics.fmean(second)
    return (
        f"batch time: second {size} {statistics.fmean(second):.2f} s (median {statistics.median(second):.2f}),"
        f" last {size} {statistics.fmean(last):.2f} s (median {statistics.median(last):.2f}): {ratio:.2f}x"
    )


if __name__ == "__main__":
    entry_point(main)()
