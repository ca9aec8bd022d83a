"""Hurt the monitor and what it needs under load, and compare: no alert may be lost, none shown twice.

`python -m tests.drills.monitor` on a platform of its own. A baseline is made up, orders come at a rate, some of them
odd. Meanwhile the monitor, PostgreSQL, the broker and HDFS are killed at random moments, PostgreSQL is away for minutes
and the contracts change. At the end the topic, the lake and PostgreSQL must have what the batch detector says of the
same orders.
"""

import argparse
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from common.errors import UserError, entry_point
from tests.drills.alerts import ids_in_kafka, ids_in_lake, ids_in_postgresql
from tests.drills.findings import findings
from tests.drills.monitor_faults import FAULTS, Drill, plan
from tests.drills.monitor_load import CUSTOMERS, SOURCE, Load
from tests.drills.monitor_process import Monitor
from tests.drills.platform import Platform
from tests.drills.run import on_platform

AS_OF = "2025-01-01"
LONGEST_LIFE = 30.0


@dataclass(frozen=True)
class Comparison:
    """The identities of alerts: what the batch detector says, what each store has, repeats included."""

    expected: Collection[str]
    in_kafka: Sequence[str]
    in_lake: Sequence[str]
    in_postgresql: Sequence[str]

    @property
    def lost(self) -> int:
        """Return how many a store lacks, over all stores."""
        return sum(len(set(self.expected) - set(ids)) for ids in (self.in_kafka, self.in_lake, self.in_postgresql))

    @property
    def doubled(self) -> int:
        """Return how many are shown again; in the topic a repeat is allowed."""
        return sum(len(ids) - len(set(ids)) for ids in (self.in_lake, self.in_postgresql))

    @property
    def others(self) -> int:
        """Return how many the batch detector does not have, over all stores."""
        return sum(len(set(ids) - set(self.expected)) for ids in (self.in_kafka, self.in_lake, self.in_postgresql))

    @property
    def is_right(self) -> bool:
        """Return whether all stores have what they should, of which there is something."""
        return bool(self.expected) and not (self.lost or self.doubled or self.others)

    def __str__(self) -> str:
        """Return all counts in one line."""
        return (
            f"alerts: {len(self.in_kafka):,} messages of which {len(set(self.in_kafka)):,} different,"
            f" {len(self.in_lake):,} in the lake, {len(self.in_postgresql):,} in PostgreSQL,"
            f" {len(self.expected):,} by the batch detector:"
            f" lost {self.lost:,}, doubled {self.doubled:,}, others {self.others:,}"
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the drill.

    Raises:
        UserError: an alert is lost or shown twice.
    """
    arguments = parse(argv)
    chance = Random(arguments.seed)
    names = arguments.only * arguments.faults if arguments.only else plan(arguments.faults, chance)
    with on_platform(arguments.here) as place:
        place.command("bench.known_past", AS_OF, "--customers", str(CUSTOMERS))
        orders = Load(place.settings, Random(arguments.seed), arguments.rate)
        drill = Drill(place, Monitor(place), chance, arguments.away)
        try:
            hurt(drill, orders, names[: arguments.faults])
        finally:
            drill.monitor.kill()
        comparison = compare(place)
    summary = f"{arguments.faults} faults, {orders.sent:,} orders; {comparison}"
    if not comparison.is_right:
        raise UserError(summary)
    print(summary)


def compare(place: Platform) -> Comparison:
    """Return what each store has beside what the batch detector says of the orders in Kafka."""
    expected = {one.alert_id for one in findings(place.environ, SOURCE)}
    settings = place.settings
    return Comparison(expected, ids_in_kafka(settings), ids_in_lake(settings), ids_in_postgresql(settings))


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills.monitor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", type=int, default=12, help="how many (default 12)")
    parser.add_argument("--only", action="append", choices=FAULTS, default=[], help="this fault; may be repeated")
    parser.add_argument("--away", type=float, default=300, help="seconds that PostgreSQL is away (default 300)")
    parser.add_argument("--rate", type=int, default=200, help="orders a second, at most (default 200)")
    parser.add_argument(
        "--here",
        action="store_true",
        help="on the platform of the settings, which must be an empty one, not on its own",
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed is other moments and other orders")
    return parser.parse_args(argv)


def hurt(drill: Drill, orders: Load, names: Sequence[str]) -> None:
    """Strike one fault after the other while orders come, and let the last monitor read the rest and end in order."""
    drill.monitor.start()
    drill.monitor.wait_begun()
    with orders.running():
        for number, name in enumerate(names, start=1):
            time.sleep(drill.chance.uniform(1, LONGEST_LIFE))
            if drill.monitor.has_ended():
                raise UserError(f"the monitor has ended by itself before fault {number} ({name}); see `make status`")
            FAULTS[name](drill)
            print(f"fault {number}/{len(names)}: {name}, {orders.sent:,} orders", file=sys.stderr, flush=True)
    drill.monitor.end()


if __name__ == "__main__":
    entry_point(main)()
