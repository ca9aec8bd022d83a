"""What training and scoring churn takes for a million customers with ten million orders, once their features are there.

`.venv/bin/python bench/learning_scale.py` on a running platform; it overwrites `run_bounds` and the feature
tables of churn, so use one that may be thrown away. `spark train` and `spark score` run in fresh
processes of the platform's own settings; memory is that of such a process and its Java. Beside them BG/NBD, the part
that a million rows in one process would have been the way to do, is fitted both ways, from the same table.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import measure
from common import thrift
from common.errors import UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from infra.pipeline.steps import DBT_PROJECT

CUSTOMERS, SAMPLE = 1_000_000, 3_000
STEPS = ("train", "score")
HEADER = ("step", "seconds", "peak MB")
FITS_HEADER = ("BG/NBD", "seconds", "ours", "r", "alpha", "a", "b", "AUC", "ECE")


def main(argv: Sequence[str] | None = None) -> None:
    """Write the tables, train, score, fit both ways, and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help=f"default {CUSTOMERS}")
    parser.add_argument("--sample", action="store_true", help="few customers, to see that the bench works")
    arguments = parser.parse_args(argv)
    dbt(read_settings())
    drawing = run("bench/learning_tables.py", str(SAMPLE if arguments.sample else arguments.customers))
    print(f"{line_that_begins(drawing, 'drawn: ')}; {drawing.seconds:.0f} s", flush=True)
    runs = {}
    for step in STEPS:
        runs[step] = run("-m", "spark", step, "--task", "churn")
        print(line_that_begins(runs[step], "churn "), flush=True)
    seconds, peak = sum(one.seconds for one in runs.values()), max(max(one.megabytes) for one in runs.values())
    lines = [(step, f"{one.seconds:.1f}", f"{max(one.megabytes):,.0f}") for step, one in runs.items()]
    print(measure.table(HEADER, [*lines, ("both", f"{seconds:.1f}", f"{peak:,.0f}")]), flush=True)
    fits = run("bench/rhythm_fits.py").output.splitlines()
    print(measure.table(FITS_HEADER, fit_lines([json.loads(line) for line in fits if line.startswith("{")])))


def dbt(settings: Settings) -> None:
    """Let dbt create the tables where it has not, so that columns, constraints and properties are its own."""
    if thrift.rows(settings, "show tables in churn like 'churn_labels'"):
        return
    target = str(Path(settings.state_dir, "bench-dbt"))
    places = {"DBT_PROFILES_DIR": str(settings.path("conf", "dbt")), "DBT_TARGET_PATH": target, "DBT_LOG_PATH": target}
    measure.run([f"{sys.prefix}/bin/dbt", "run", "--select", "+churn_labels"], {**os.environ, **places}, DBT_PROJECT)


def run(*arguments: str) -> measure.Measured:
    """Run a program of this project in a fresh process."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
    return measure.run([sys.executable, *arguments], environ, ROOT)


def line_that_begins(measured: measure.Measured, beginning: str) -> str:
    """Return the first line of an output that begins so; warnings stand among them.

    Raises:
        UserError: there is none.
    """
    lines = [line for line in measured.output.splitlines() if line.startswith(beginning)]
    if not lines:
        raise UserError(f"no line begins with {beginning!r} in:\n{measure.tail(measured.output)}")
    return lines[0]


def fit_lines(fits: Sequence[dict[str, float]]) -> list[tuple[str, ...]]:
    """Return a line for each way; the third column is our time as a part of its own."""
    ours = fits[0]["seconds"]
    return [
        (
            str(one["way"]),
            *((f"{one['seconds']:.1f}", f"{ours / one['seconds']:.2f}x") if one["seconds"] > 0.01 else ("", "")),
            *(f"{one[name]:.3f}" for name in ("r", "alpha", "a", "b")),
            *(f"{one[name]:.4f}" for name in ("auc", "ece")),
        )
        for one in fits
    ]


if __name__ == "__main__":
    entry_point(main)()
