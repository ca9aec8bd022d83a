"""How long an export takes from Delta on HDFS to PostgreSQL, each side a whole command, its start included.

`.venv/bin/python bench/export_rate.py` on a platform of its own. Three exports: the 24 small marts that were
exported when this was first measured, beside the way they went before (a Spark session, rows as text through the
driver); a million rows of ten columns, beside Spark's JDBC writer with its defaults, which compares and indexes
nothing; and ten million rows, alone, for the memory. Ours is verified and indexed; `again` is the second export into
the same tables. The sides take turns; the middle of the rounds counts.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import export_tables, measure
from bench.export_tables import LARGE, MARTS, Tables
from bench.peer_export import PREFIX
from common.errors import entry_point
from common.settings import ROOT, Settings, read_settings

HERE = Path(__file__).parent
HEADER = ("export", "rows", "way", "seconds", "MB", "ours")


@dataclass(frozen=True)
class Export:
    """Tables, how else they may be brought over, and how often each side is measured."""

    name: str
    tables: Tables
    peer: str | None
    rounds: int

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(rows for rows, _ in self.tables.values())


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each export and print a line for each side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each side is measured")
    parser.add_argument("--sample", action="store_true", help="few rows, once, to see that the bench works")
    arguments = parser.parse_args(argv)
    settings = read_settings()
    lines = [
        line for export in exports(arguments.rounds, arguments.sample) for line in lines_of_export(settings, export)
    ]
    print(measure.table(HEADER, lines))


def exports(rounds: int, sample: bool) -> list[Export]:
    """Return what is measured."""
    if sample:
        few = {name: MARTS[name] for name in ("run_bounds", "customer_360", "model_exceptions")}
        return [Export("3 marts", few, "text", 1), Export("large", {"bench_large": (10_000, LARGE)}, "jdbc", 1)]
    return [
        Export(f"{len(MARTS)} marts", MARTS, "text", rounds),
        Export("1M rows", {"bench_large": (1_000_000, LARGE)}, "jdbc", rounds),
        Export("10M rows", {"bench_larger": (10_000_000, LARGE)}, None, 1),
    ]


def lines_of_export(settings: Settings, export: Export) -> list[tuple[str, ...]]:
    """Make the tables, let the sides take turns, and return a line for each."""
    tables = {f"bench_{name.removeprefix('bench_')}": shape for name, shape in export.tables.items()}
    place = export_tables.manifest(settings.path("run", "bench", "export"), tables)
    ways: dict[str, tuple[str, ...]] = {
        "new": ("-m", "spark.export", "--all"),
        "again": ("-m", "spark.export", "--all"),
    }
    if export.peer:
        ways[export.peer] = (str(HERE / "peer_export.py"), export.peer, *tables)
    runs: dict[str, list[measure.Measured]] = {way: [] for way in ways}
    export_tables.make(settings, tables)
    try:
        for _ in range(export.rounds):
            export_tables.drop_exported(settings, tables)
            for way, arguments in ways.items():
                runs[way].append(run(place, *arguments))
    finally:
        for prefix in ("", PREFIX):
            export_tables.drop_exported(settings, tables, prefix)
        export_tables.remove(settings)
    return [line(export, way, runs[way], runs["new"]) for way in ways]


def run(place: Path, *arguments: str) -> measure.Measured:
    """Run a program of this project in a fresh process."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, "DBT_TARGET_PATH": str(place)}
    return measure.run([sys.executable, *arguments], environ, ROOT)


def line(
    export: Export, way: str, runs: Sequence[measure.Measured], new: Sequence[measure.Measured]
) -> tuple[str, ...]:
    """Return a line of the table; the last column is ours, into new tables, as a part of this side's time."""
    seconds, ours = (statistics.median(one.seconds for one in side) for side in (runs, new))
    most = max(max(one.megabytes, default=0.0) for one in runs)
    return (export.name, f"{export.rows:,}", way, f"{seconds:.1f}", f"{most:,.0f}", f"{ours / seconds:.2f}x")


if __name__ == "__main__":
    entry_point(main)()
