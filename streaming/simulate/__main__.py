"""Send a made-up shop's events to Kafka: its history as fast as it can, or live at a rate.

Customers join, browse, buy, rate, return, and one day stop without a word. A stated share of the events is broken,
doubled, in conflict, late or out of order, and a few customers do odd things; the truth about all that goes to a side
file.
"""

import argparse
from collections.abc import Sequence
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

from common import locks
from common.cli import Parser, whole
from common.contracts.model import load
from common.errors import UsageError, entry_point
from common.settings import read_settings
from streaming import producer, topics
from streaming.simulate import live
from streaming.simulate.logs import VisitLog
from streaming.simulate.people import GAMMA_POISSON, MODES
from streaming.simulate.shop import Options, Shop
from streaming.simulate.truth import Truth

MAX_CUSTOMERS, MAX_DAYS, MAX_RATE = 2_000_000, 3_650, 100_000


def main(argv: Sequence[str] | None = None) -> None:
    """Make the events and send them; the same history again is the same events, which are duplicates by id."""
    arguments = parse(argv)
    if arguments.ends_on > datetime.now(UTC).date():
        raise UsageError(f"--ends-on {arguments.ends_on} lies in the future; events of the future are quarantined")
    for option in ("duration", "logs"):
        if getattr(arguments, option) and not arguments.rate:
            raise UsageError(f"--{option}: is for live mode; give --rate with it")
    settings = read_settings()
    options = Options(arguments.customers, arguments.days, arguments.seed, arguments.ends_on, arguments.mode)
    path = arguments.truth or settings.path("simulations", f"{name(options, arguments.rate)}.jsonl")
    visits: VisitLog | None = None
    with locks.hold(settings, "simulate"):
        contracts = load(settings.contracts_dir)
        topics.ensure(settings, contracts.topics)
        records = sum(topic.records for topic in topics.describe(settings, [one.topic for one in contracts.topics]))
        if arguments.if_empty and records:
            print(f"nothing simulated: Kafka holds {records:,} events already")
            return
        with Truth(path) as truth:
            shop = Shop(options, truth, contracts.versions)
            if arguments.rate:
                with closing(VisitLog(arguments.logs)) if arguments.logs else nullcontext() as visits:
                    box = live.run(settings, shop, arguments.rate, arguments.duration, visits)
                acknowledged, stopped = box.acknowledged, box.stop.requested
            else:
                acknowledged, stopped = producer.send(settings, shop.history(), None, "simulate"), False
    counts = " + ".join(f"{acknowledged[contract.topic]:,} {contract.topic}" for contract in contracts.topics)
    until = "" if arguments.rate else f"; the history ends on {arguments.ends_on}"
    logged = f"; {visits.lines:,} visits in {visits.path}" if visits else ""
    marked = f"{truth.marks.total():,} marked in {path}"
    print(f"{counts} = {acknowledged.total():,} events acknowledged{until}{logged}; {marked}")
    if stopped:
        raise KeyboardInterrupt


def name(options: Options, rate: float | None) -> str:
    """Return the name of a simulation's truth."""
    kind = "live" if rate else "history"
    return f"{kind}-{options.mode}-{options.customers}x{options.days}-seed{options.seed}"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m streaming.simulate",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--customers", type=whole(1, MAX_CUSTOMERS), default=400, help="how many customers")
    parser.add_argument("--days", type=whole(1, MAX_DAYS), default=420, help="length of the history")
    parser.add_argument("--seed", type=whole(1, 2**31), default=7, help="another seed is another history")
    parser.add_argument("--mode", choices=MODES, default=GAMMA_POISSON, help="how customers buy and stop")
    parser.add_argument(
        "--ends-on", type=date.fromisoformat, default=date(2025, 1, 1), help="the midnight that it ends at"
    )
    parser.add_argument("--if-empty", action="store_true", help="send nothing where the topics hold events already")
    parser.add_argument(
        "--rate",
        type=whole(1, MAX_RATE),
        help="live mode: go on after the history at so many events a second, until Ctrl-C",
    )
    parser.add_argument("--duration", type=whole(1), help="live mode: end after so long")
    parser.add_argument(
        "--logs", type=Path, help="live mode: write visits to log files in this folder instead of Kafka"
    )
    parser.add_argument("--truth", type=Path, help="the side file; below the state folder where it is not given")
    return parser.parse_args(argv)


if __name__ == "__main__":
    entry_point(main)()
