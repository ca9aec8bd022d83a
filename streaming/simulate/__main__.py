"""Send a small made-up history to Kafka: customers who order, return, rate and one day stop without a word."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from spark.common import locks
from spark.common.contracts import load
from spark.common.errors import UsageError, entry_point
from spark.common.settings import settings
from streaming import producer, topics
from streaming.simulate.history import messages

MAX_CUSTOMERS, MAX_DAYS = 20_000, 3_650


def main(argv: Sequence[str] | None = None) -> None:
    """Make the history and send it; the same options again send the same events, which are duplicates by id."""
    arguments = parse(argv)
    if arguments.ends_on > datetime.now(UTC).date():
        raise UsageError(f"--ends-on {arguments.ends_on} lies in the future; events of the future are quarantined")
    config = settings()
    with locks.hold(config, "simulate"):
        topics.ensure(config, load().topics)
        held = sum(topic.records for topic in topics.describe(config, [one.topic for one in load().topics]))
        if arguments.if_empty and held:
            print(f"nothing simulated: Kafka holds {held:,} events already")
            return
        made = messages(arguments.customers, arguments.days, arguments.seed, arguments.ends_on)
        acknowledged = producer.send(config, made, len(made), "simulate")
    counts = " + ".join(f"{acknowledged[contract.topic]:,} {contract.topic}" for contract in load().topics)
    print(f"{counts} = {acknowledged.total():,} events acknowledged; the history ends on {arguments.ends_on}")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m streaming.simulate",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--customers", type=up_to(MAX_CUSTOMERS), default=400, help="how many customers")
    parser.add_argument("--days", type=up_to(MAX_DAYS), default=420, help="length of the history")
    parser.add_argument("--seed", type=int, default=7, help="another seed is another history")
    parser.add_argument(
        "--ends-on", type=date.fromisoformat, default=date(2025, 1, 1), help="the midnight that it ends at"
    )
    parser.add_argument("--if-empty", action="store_true", help="send nothing where the topics hold events already")
    return parser.parse_args(argv)


def up_to(most: int) -> Callable[[str], int]:
    """Return a reader of numbers from 1 to `most`; the history is made in memory."""

    def number(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most:,}")
        return int(text)

    return number


if __name__ == "__main__":
    entry_point(main)()
