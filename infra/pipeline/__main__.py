"""`python -m infra.pipeline`: the main job, the daily cycle, and the parts of them that dbt does."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from common import home, locks
from common.cli import Parser, day
from common.errors import UsageError, UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from infra.local.configure import configure
from infra.pipeline import changed, guard, order, steps
from infra.pipeline.runner import direct, run_one
from infra.pipeline.schedule import run_all
from infra.pipeline.steps import Step

MAPPINGS = ROOT / "streaming" / "mappings"
DAY = day("{} is not a day such as 2011-09-30")
PARTS = {"marts": steps.MARTS, "insights": steps.INSIGHTS, "serving": steps.SERVING}


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Run what was asked for."""
    args = parse(argv)
    settings = read_settings()
    if args.job == "docs":
        sys.exit(docs(settings))
    if args.job == "lint-sql":
        # It needs a profile, and no platform that was ever up.
        configure(settings)
        sys.exit(
            direct(settings, Step("sqlfluff", [f"{sys.prefix}/bin/sqlfluff", "lint", "models"], str(steps.DBT_PROJECT)))
        )
    if args.job in ("run", "refresh"):
        home.claim(settings)
    with locks.hold(settings, "pipeline", args.job):
        if args.job in ("run", "refresh"):
            whole(settings, args)
        elif args.job == "guard":
            print(guard.guard(settings, args.as_of, args.project))
        else:
            sys.exit(part(settings, args))


def whole(settings: Settings, args: argparse.Namespace) -> None:
    """Run every step of a job, and say what came of it.

    Raises:
        UserError: a step failed; the text names its log.
    """
    started = time.monotonic()
    failed = run_all(settings, order.steps_of(settings, args), verbose=args.verbose)
    close(settings, time.monotonic() - started)
    if failed:
        raise UserError("; ".join(failed))


def part(settings: Settings, args: argparse.Namespace) -> int:
    """Let dbt do one part of a job, and return its exit status."""
    if args.job == "backfill":
        return direct(settings, steps.backfill(args.first, args.last))
    if args.job == "changed":
        return changed.build(settings, args.base)
    return direct(settings, PARTS[args.job])


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line and refuse files that are not there before anything runs."""
    parser = Parser(prog="python -m infra.pipeline", description=__doc__)
    parser.add_argument("job", choices=["run", "refresh", *PARTS, "backfill", "guard", "docs", "changed", "lint-sql"])
    parser.add_argument("--orders", help="order history, .csv or .csv.gz")
    parser.add_argument("--mapping", help="what its columns mean: a name below streaming/mappings, or a file")
    parser.add_argument("--source", help="name of the shop that the order history is of")
    parser.add_argument("--shift-to", help="move the history so that it ends before this date")
    parser.add_argument("--snapshot", help="file of customer totals")
    parser.add_argument("--snapshot-mapping", help="how that file is written, where it is not CSV in UTF-8")
    parser.add_argument("--snapshot-as-of", help="the date that it describes; default: the lake's clock")
    parser.add_argument("--from", dest="first", type=DAY, help="first day whose events `backfill` takes up again")
    parser.add_argument("--to", dest="last", type=DAY, help="the last such day")
    parser.add_argument("--as-of", type=DAY, help="the day whose features `guard` builds")
    parser.add_argument("--project", type=Path, default=steps.DBT_PROJECT, help="the dbt project that `guard` judges")
    parser.add_argument("--base", default="main", help="the commit that `changed` compares with; default: main")
    parser.add_argument("--verbose", action="store_true", help="show everything that the steps say")
    args = parser.parse_args(argv)
    if args.job == "backfill" and not (args.first and args.last and args.first <= args.last):
        raise UsageError("backfill needs two days in order: make backfill FROM=2011-09-01 TO=2011-09-30")
    if args.orders and not args.mapping:
        raise UsageError("ORDERS needs MAPPING, which says what its columns mean, e.g. MAPPING=online_retail")
    if args.mapping and not any(Path(one).is_file() for one in (args.mapping, MAPPINGS / f"{args.mapping}.yml")):
        known = ", ".join(sorted(one.stem for one in MAPPINGS.glob("*.yml")))
        raise UsageError(f"MAPPING={args.mapping}: no such file, and those by name are: {known}")
    for variable, path in (("ORDERS", args.orders), ("SNAPSHOT", args.snapshot)):
        if path and not Path(path).is_file():
            raise UsageError(f"{variable}={path}: no such file")
    return args


def docs(settings: Settings) -> int:
    """Write the docs site and say where it is."""
    status = direct(settings, steps.docs(settings))
    if not status:
        print(f"docs: {settings.path('out', 'dbt', 'static_index.html')}")
    return status


def close(settings: Settings, seconds: float) -> None:
    """Say the three answers, how long it took, and where to look next."""
    log = settings.path("log", "jobs", "answers.log")
    status, answers = run_one(settings, steps.ANSWERS, log, verbose=False)
    if status:
        raise UserError(f"the answers could not be read from PostgreSQL; see {log}")
    print(f"\ndone in {seconds:.0f} s\n")
    print("".join(answers))
    print(f"report    {settings.path('out', 'report.html')}")
    print(f"models    {settings.path('out', 'models.html')}")
    print(f"docs      {settings.path('out', 'dbt', 'static_index.html')}")
    print("ask       make sql Q='select * from reporting.at_risk_customers limit 10'")
    print(f"platform  is up on ports {settings.port_base} and above; `make status` shows it, `make down` stops it")


if __name__ == "__main__":
    main()
