"""How fast order events land: Kafka to a Delta table on HDFS, beside what a user would write or pick instead.

`.venv/bin/python bench/ingest_rate.py --events 10000000` on a platform that was never fed. All sides read the
same topic, each in a fresh process, and write files of the same compression with bounds kept of the same columns. Our
time is that of the whole command, its own count at the end included.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa

from bench import delta_log, environment, measure, peers
from common.contracts.model import EVENTS, FOLDER, load
from common.errors import UsageError, UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from streaming import topics

SAMPLE = 20_000
OURS, STOCK = "streaming.ingest", "Spark quickstart"
POLARS = {1: "Polars + deltalake", 2: "Polars + deltalake, 2 processes"}
HEADER = ("", "seconds", "events/s", "ours is", "peak MB", "by quarter of the run")


def main(argv: Sequence[str] | None = None) -> None:
    """Make the events, let each side land them, compare what they landed, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000, help="how many order events (default 10 million)")
    parser.add_argument("--sample", action="store_true", help=f"only {SAMPLE:,} events, to see that the bench works")
    arguments = parser.parse_args(argv)
    settings, count = read_settings(), SAMPLE if arguments.sample else arguments.events
    python = str(environment.interpreter())
    require_fresh(settings)
    peers.make_folder(settings)
    made = [python, str(peers.HERE / "order_events.py"), settings.kafka_bootstrap, str(count)]
    say(measure.run(made, os.environ, ROOT).output)
    measured = {OURS: measure.run([sys.executable, "-m", "streaming.ingest"], os.environ, ROOT)}
    say(measured[OURS].output)
    ours = peers.events_table(settings)
    counted = rules(ours)
    if counted.total() != count:
        raise UserError(f"{EVENTS} holds {counted.total():,} rows, not {count:,}; the bench needs a fresh platform")
    options = ["--codec", codec(ours), "--statistics", ",".join(peers.statistics())]
    measured[STOCK] = stock(settings, options)
    for processes, name in POLARS.items():
        folder = peers.clean(settings, f"polars-{processes}")
        measured[name] = polars(settings, python, processes, folder, options)
        require_same(counted, rules(delta_log.Table(settings, folder)), name)
    print(f"{count:,} order events, {counted.total() - counted[None]:,} of them broken, {options[1]}, {options[3]}")
    print(measure.table(HEADER, [line(name, measured, count) for name in measured]))
    for name in ("stock", *(f"polars-{processes}" for processes in POLARS)):
        peers.clean(settings, name)


def say(text: str) -> None:
    """Show what a program printed."""
    print(text.rstrip(), file=sys.stderr, flush=True)


def require_fresh(settings: Settings) -> None:
    """Make the topics where they are not there.

    Raises:
        UsageError: there are events already; the sides would read different ones.
    """
    topics.ensure(settings, load(FOLDER).topics)
    held = sum(one.records for one in topics.describe(settings, [one.topic for one in load(FOLDER).topics]))
    if held:
        raise UsageError(f"the topics hold {held:,} events; `make reset up` on a platform of your own, then again")


def stock(settings: Settings, options: Sequence[str]) -> measure.Measured:
    """Run the quickstart in a fresh process, without this project's configuration of Spark."""
    command = peers.quickstart(settings, "land", "orders", peers.clean(settings, "stock"), options)
    return measure.run(command, peers.outside(settings), ROOT)


def polars(settings: Settings, python: str, processes: int, folder: str, options: Sequence[str]) -> measure.Measured:
    """Run the peer without Spark in its own environment."""
    command = [python, str(peers.HERE / "peer_polars.py"), settings.kafka_bootstrap, "orders"]
    command += [f"{settings.hdfs_url}{folder}", "--processes", str(processes), *options]
    return measure.run(command, {**peers.outside(settings), "PYTHONPATH": str(ROOT)}, ROOT)


def codec(table: delta_log.Table) -> str:
    """Return the compression of our files, so that the peers write the same."""
    newest = [commit for commit in table.commits() if commit.files][-1]
    return table.codec(newest.files[0])


def rules(table: delta_log.Table) -> Counter[str | None]:
    """Return how many rows each rule has quarantined; None counts the valid ones."""
    counted: Counter[str | None] = Counter()
    for commit in table.commits():
        for file in commit.files:
            # Of a view pyarrow counts a null as an empty text.
            counts = table.rows(file, ["broken_rule"])["broken_rule"].cast(pa.string()).value_counts()
            counted.update({one["values"].as_py(): one["counts"].as_py() for one in counts})
    return counted


def require_same(ours: Counter[str | None], theirs: Counter[str | None], name: str) -> None:
    """Compare the counts by rule.

    Raises:
        UserError: a side has done other work, so that its time says nothing.
    """
    differing = {rule: (ours[rule], theirs[rule]) for rule in ours | theirs if ours[rule] != theirs[rule]}
    if differing:
        raise UserError(f"{name} judges otherwise, rule: (ours, its): {differing}; correct bench/order_rules.py")


def line(name: str, measured: Mapping[str, measure.Measured], count: int) -> tuple[str, ...]:
    """Return a side's line of the table."""
    one = measured[name]
    quarters = " ".join(f"{peak:,.0f}" for peak in one.peaks)
    ratio = f"{one.seconds / measured[OURS].seconds:.2f}x"
    return name, f"{one.seconds:.1f}", f"{count / one.seconds:,.0f}", ratio, f"{max(one.peaks):,.0f}", quarters


if __name__ == "__main__":
    entry_point(main)()
