"""Compact small files, remove dead ones, and trim the logs of the lake's tables, each as its owner; ingest may run.

Tables that are fine are skipped: they have fewer small files and commits than the limits.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby

from common import locks
from common.cli import Parser, whole
from common.errors import UserError, entry_point
from common.settings import Settings, read_settings
from common.webhdfs import WebHdfs
from spark.maintenance.survey import READER, Folder, folder, folders
from spark.maintenance.upkeep import Limits

HEADER = f"{'table':<34}{'live files':>18}{'live MB':>18}{'files on HDFS':>18}{'commits':>18}"
# Rows are only appended here, so compaction disturbs nobody; of two that replace rows, the second to commit fails.
APPENDED = ("bronze",)
BYTES_PER_MB = 1_000_000
# The least, the default, what it is. A file that a writer has not committed yet looks dead, and no batch takes an hour.
LIMITS = {
    "small-files": (2, 16, "compact from so many files below 32 MB on"),
    "commits": (1, 200, "trim a log from so many commits on"),
    "retain-hours": (1, 168, "keep files of older versions so long"),
    "log-hours": (1, 2, "keep the commits of a trimmed log so long"),
}


def main(argv: Sequence[str] | None = None) -> None:
    """Look at every table, keep up those that need it, and say what changed."""
    settings, limits = read_settings(), parse(argv)
    hdfs = WebHdfs.of(settings, READER)
    with locks.hold(settings, "maintenance"):
        tables = list(folders(hdfs))
        due = [one for one in tables if one.pays(limits.small_files, limits.commits)]
        lines = [line for group in by_owner(due) for line in keep_up(settings, hdfs, group, limits)]
    print("\n".join([HEADER, *lines] if lines else []), end="\n" if lines else "")
    print(f"{len(tables)} tables: {len(lines)} kept up, {len(tables) - len(lines)} left as they are")


def parse(argv: Sequence[str] | None) -> Limits:
    """Read the command line."""
    parser = Parser(
        prog="spark.maintenance", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    for name, (least, usual, help_) in LIMITS.items():
        parser.add_argument(f"--{name}", type=whole(least), default=usual, help=help_)
    args = parser.parse_args(argv)
    return Limits(args.small_files, args.commits, args.retain_hours, args.log_hours)


def by_owner(due: Iterable[Folder]) -> list[list[Folder]]:
    """Return the tables by their owner and the lock that their writers hold."""
    ordered = sorted(due, key=lambda one: (one.owner, lock_of(one), one.name))
    return [list(group) for _, group in groupby(ordered, key=lambda one: (one.owner, lock_of(one)))]


def lock_of(table: Folder) -> str:
    """Return the lock of the job that replaces a table's rows, or nothing where rows are only appended."""
    return "" if table.name.split(".")[0] in APPENDED else "pipeline"


def keep_up(settings: Settings, hdfs: WebHdfs, tables: Sequence[Folder], limits: Limits) -> Iterator[str]:
    """Keep up the tables of one owner and yield a line for each.

    Raises:
        UserError: the owner's process failed; its own line stands above.
    """
    owner, lock = tables[0].owner, lock_of(tables[0])
    print(f"maintenance: {len(tables)} tables of {owner}", file=sys.stderr, flush=True)
    with ExitStack() as stack:
        try:
            if lock:
                stack.enter_context(locks.hold(settings, lock))
        except UserError as error:
            print(f"maintenance: {error}; its tables are left for the next time", file=sys.stderr)
            return
        command = [sys.executable, "-m", "spark.maintenance.worker", "--owner", owner, *limits.arguments()]
        wanted = "".join(
            json.dumps({"name": one.name, "path": one.path, "files": one.files, "commits": one.commits}) + "\n"
            for one in tables
        )
        done = subprocess.run(command, input=wanted, stdout=subprocess.PIPE, text=True, check=False)
    known = {one.name: one for one in tables}
    # Delta prints to the same stream.
    for answer in (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")):
        before = known[answer["name"]]
        yield row(before, folder(hdfs, before.path, owner), answer["before"], answer["after"])
    if done.returncode:
        raise UserError(f"the upkeep of {owner}'s tables failed, see above")


def row(before: Folder, after: Folder, live_before: dict[str, int], live_after: dict[str, int]) -> str:
    """Return one line of the table of what changed."""
    pairs = [
        change(live_before["files"], live_after["files"]),
        f"{live_before['bytes'] / BYTES_PER_MB:,.1f} -> {live_after['bytes'] / BYTES_PER_MB:,.1f}",
        change(before.files, after.files),
        change(before.commits, after.commits),
    ]
    return f"{before.name:<34}{''.join(f'{pair:>18}' for pair in pairs)}"


def change(before: int, after: int) -> str:
    """Return a count before and after."""
    return f"{before:,} -> {after:,}"


if __name__ == "__main__":
    entry_point(main)()
