"""Export every table with `meta: {export: …}` in dbt's manifest from Delta to PostgreSQL, in one transaction.

Readers see the old tables whole until the commit and the new ones whole after it; where anything fails, the old ones
stay. A table whose Delta version was exported before is left alone.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pyarrow as pa

from common import postgres
from common.cli import Parser
from common.dbt_manifest import Export, exports
from common.errors import UserError, entry_point, first_line, run_and_leave
from common.lake_reader import LakeTable, open_table
from common.locks import hold
from common.settings import Settings, read_settings
from spark.export import load, log, shape
from spark.export.columns import Column, column
from spark.export.load import Loaded
from spark.export.store import ROLE, Store, open_store

BOUNDS = "core.run_bounds"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Source:
    """A table that is to be exported, as it is now, and how its columns travel."""

    export: Export
    lake: LakeTable
    columns: Sequence[Column]


def main(argv: Sequence[str] | None = None) -> None:
    """Load, verify and commit every table that has changed."""
    args = parse(argv)
    settings = read_settings()
    started = time.monotonic()
    with hold(settings, "pipeline", "export"), open_store(settings) as store:
        marts = exports(settings.dbt_target / "manifest.json")
        sources = [open_source(settings, export) for export in marts]
        log.ensure(store)
        changed = sources if args.all else unlike_the_log(store, sources)
        as_of = run_date(sources)
        loaded = [transfer(store, source, as_of) for source in changed]
        store.commit()
    clean(settings, changed, loaded)
    print(summary(len(sources), len(changed), sum(one.content.rows for one in loaded), time.monotonic() - started))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="spark.export", description=__doc__)
    parser.add_argument("--all", action="store_true", help="also the tables that have not changed since their export")
    return parser.parse_args(argv)


def open_source(settings: Settings, export: Export) -> Source:
    """Return a table as it is now."""
    lake = open_table(settings, export.delta)
    return Source(export, lake, [column(export.delta, one) for one in lake.schema])


def unlike_the_log(store: Store, sources: Sequence[Source]) -> list[Source]:
    """Return the tables that do not hold, in the form that is wanted, the version that is in Delta now."""
    logged, changed = log.newest(store), []
    for source in sources:
        export, lake = source.export, source.lake
        target = shape.target(export, source.columns, lake.required)
        if logged.get(export.table) == (lake.delta_id, lake.version) and shape.current(store, export) == target:
            print(f"{export.target}: unchanged since its last export", file=sys.stderr)
        else:
            changed.append(source)
    return changed


def run_date(sources: Sequence[Source]) -> datetime | None:
    """Return the newest `as_of` of the run, None where it has none or its bounds are not exported."""
    for source in sources:
        if source.export.delta == BOUNDS:
            # As numbers: Arrow would load pandas for an instant.
            batches = (batch.column(0).cast(pa.int64()).to_pylist() for batch in source.lake.batches(["as_of"]))
            newest = max((micros for batch in batches for micros in batch), default=None)
            return None if newest is None else EPOCH + timedelta(microseconds=newest)
    return None


def transfer(store: Store, source: Source, as_of: datetime | None) -> Loaded:
    """Replace one table's rows and log it."""
    loaded = load.transfer(store, source.export, source.lake, source.columns)
    if loaded.is_replacement:
        message = (
            "its columns, key or indexes changed, so it was created again; `make serving` makes the views that read it"
        )
        print(f"{source.export.target}: {message}", file=sys.stderr)
    log.write(store, source.export, source.lake, as_of, loaded.content)
    print(f"{source.export.target}: {loaded.content.rows:,} rows", file=sys.stderr)
    return loaded


def clean(settings: Settings, changed: Sequence[Source], loaded: Sequence[Loaded]) -> None:
    """Free the space of old rows, and count for the planner; the export is done, whether this works or not."""
    names: dict[bool, list[str]] = {True: [], False: []}
    for source, one in zip(changed, loaded, strict=True):
        names[one.is_new].append(shape.table(source.export))
    try:
        with postgres.connect(settings, ROLE) as connection:
            connection.autocommit = True
            for statement, tables in (("analyze", names[True]), ("vacuum (analyze)", names[False])):
                if tables:
                    connection.execute(f"{statement} {', '.join(tables)}".encode())
    except (UserError, psycopg.Error) as error:
        print(f"exported, but old rows still take space: {first_line(error)}", file=sys.stderr)


def summary(tables: int, changed: int, rows: int, seconds: float) -> str:
    """Return the last line."""
    same = f", {tables - changed} of them unchanged" if changed < tables else ""
    return f"{tables} tables{same}, {rows:,} rows, counts and checksums equal; {seconds:.1f} s"


if __name__ == "__main__":
    run_and_leave(entry_point(main))
