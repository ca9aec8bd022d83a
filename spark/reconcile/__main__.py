"""Compare counts from Kafka to PostgreSQL, up to the last committed batch; exit 1 where they do not add up.

It may run while ingest does: the newest batch in bronze is taken first, and only then what Kafka holds.
"""

import sys
from collections.abc import Sequence

from common import thrift
from common.cli import Parser
from common.contracts.model import Contracts, load
from common.errors import UserError, entry_point, run_and_leave
from common.settings import Settings, read_settings
from spark.reconcile import checks
from spark.reconcile.arrivals import kafka_to_bronze
from spark.reconcile.marts import marts_to_postgres


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Count at every station, print a line for each, and say what differs."""
    Parser(prog="spark.reconcile", description=__doc__).parse_args(argv)
    settings = read_settings()
    contracts = load(settings.contracts_dir)
    faults = [
        *print_lines(*kafka_to_bronze(settings, [one.topic for one in contracts.topics])),
        *print_lines(*bronze_to_marts(settings, contracts)),
        *print_lines(*marts_to_postgres(settings)),
    ]
    for fault in faults:
        print(f"differs: {fault}", file=sys.stderr)
    if faults:
        raise UserError(f"{len(faults)} counts do not add up, see above")
    print("every count adds up, from Kafka to PostgreSQL")


def print_lines(lines: Sequence[str], faults: Sequence[str]) -> Sequence[str]:
    """Print the lines of a station and return its faults."""
    for line in lines:
        print(line, flush=True)
    return faults


def bronze_to_marts(settings: Settings, contracts: Contracts) -> tuple[list[str], list[str]]:
    """Run the checks within the lake; keys are looked for only where numbers differ.

    Raises:
        UserError: there was nothing to compare.
    """
    ((newest_batch, newest_load),) = thrift.rows(settings, checks.BOUNDS)
    lake, lines, faults = checks.lake_checks(contracts, newest_batch, newest_load), [], []
    numbers = {(index, side): number for index, side, number in thrift.rows(settings, checks.numbers(lake))}
    if not any(numbers.values()):
        raise UserError("nothing was compared: the marts hold nothing; `make run` feeds and builds them")
    for index, check in enumerate(lake):
        left, right = numbers[index, 0].normalize(), numbers[index, 1].normalize()
        lines.append(f"{check.name:<44}{left:>16,f} = {right:,f}")
        if left != right:
            keys = checks.differing(thrift.rows(settings, check.keys)) or "the same on both sides, some of them twice"
            faults.append(f"{check.name}: {left:f} and {right:f}; keys: {keys}")
    lines += [
        f"{source}: its orders are in several currencies, so it is in no mart; send each under a source of its own"
        for (source,) in thrift.rows(settings, checks.WITHOUT_CLOCK)
    ]
    return lines, faults


if __name__ == "__main__":
    run_and_leave(main)
