"""The ingest, armed to be killed at a chosen point of a batch: `python -m tests.drills.armed POINT BATCH -- OPTIONS`.

Nothing in the ingest knows of it: its `append_once` is wrapped from outside. `BATCH` counts from 1.

    before-write         before the batch's rows are written
    mid-write            while data files are open
    after-write          when the data files are closed and the commit is not yet there (as near as can be seen)
    after-commit         after the commit, before the query's own checkpoint knows of it
    without-identifiers  after the commit, and all appends pass no transaction identifiers: the negative control
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
from pyspark.sql import DataFrame

from bench.delta_log import Table
from common.contracts.model import EVENTS
from common.errors import entry_point
from common.settings import read_settings
from streaming.commit import append_once
from streaming.ingest.__main__ import main as ingest
from tests.drills.ingest import STRUCK, kill_tree
from tests.drills.platform import BRONZE

POINTS = ("before-write", "mid-write", "after-write", "after-commit", "without-identifiers")
SECONDS_BETWEEN_LOOKS = 0.003

Append = Callable[..., Any]


def strike(where: str) -> None:
    """Say where, then kill this process and its engine at once."""
    print(f"{STRUCK} {where}", flush=True)
    kill_tree(os.getpid())


def strike_at(point: str, batch: int, append: Append) -> Append:
    """Return `append_once`, wrapped so that the given batch does not survive the point."""
    count = 0

    def append_and_strike(rows: DataFrame, table: str, *arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        due = count == batch
        if due and point == "before-write":
            strike(point)
        if due and point in ("mid-write", "after-write"):
            before = events()
            threading.Thread(target=watch, args=(point, files(before), max(before.times())), daemon=True).start()
        if point == "without-identifiers":
            rows.write.format("delta").mode("append").save(table)
            transaction = None
        else:
            transaction = append(rows, table, *arguments, **named)
        if due:
            strike("after-commit")
        return transaction

    return append_and_strike


def events() -> Table:
    """Return `bronze.events` as WebHDFS shows it."""
    return Table(read_settings(), f"{BRONZE}/{EVENTS.partition('.')[2]}")


def files(table: Table) -> dict[str, int]:
    """Return the data files in the table's folder with their lengths; that of an open file is 0."""
    return {one["pathSuffix"]: one["length"] for one in table.listing("") if one["pathSuffix"].endswith(".parquet")}


def watch(point: str, known: dict[str, int], version: int) -> None:
    """Strike when new data files are open, or when all are closed; say "after-commit" where that was too late."""
    table = events()
    while True:
        fresh = [length for name, length in files(table).items() if name not in known]
        if fresh and (point == "mid-write" or all(fresh)):
            for child in psutil.Process().children():
                child.suspend()  # What is looked at must not go on meanwhile.
            strike(point if max(table.times()) == version else "after-commit")
        time.sleep(SECONDS_BETWEEN_LOOKS)


def arm(point: str, batch: int) -> None:
    """Put the wrapped function wherever the ingest has imported it."""
    original = append_once
    append_and_strike = strike_at(point, batch, original)
    for name, module in list(sys.modules.items()):
        if name.startswith("streaming.") and getattr(module, "append_once", None) is original:
            module.append_once = append_and_strike  # type: ignore[attr-defined]


def main(argv: Sequence[str]) -> None:
    """Run the ingest until it is struck."""
    point, batch, _, *options = argv
    assert point in POINTS, point
    arm(point, int(batch))
    ingest(options)


if __name__ == "__main__":
    entry_point(main)(sys.argv[1:])
