"""Break the platform on purpose, again and again, and count afterwards: nothing acknowledged may be lost or doubled.

A producer sends events over all topics and writes down what the broker acknowledged; the continuous ingest is started
again whenever it dies. At the end bronze is read without the engine that wrote it and compared record by record. Then
comes the negative control: appends without transaction identifiers, where the drill must find doubles.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from bench.measure import table
from common.contracts.model import FOLDER, load
from common.errors import UserError
from streaming import topics
from tests.drills import faults, ledger, platform
from tests.drills.ingest import CONTINUOUS, Ingest
from tests.drills.sender import Sender

CONTROLS, CONTROL_EVENTS = 2, 20_000
SAMPLE_EVENTS = 50_000
HEADER = ("fault", "times", "acknowledged", "lost", "doubled", "seconds until fresh")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the faults, count, then run the control.

    Raises:
        UserError: something acknowledged is lost or doubled, or the control has found nothing.
    """
    arguments = parse(argv)
    chance = Random(arguments.seed)
    names = list(faults.SAMPLE) if arguments.sample else faults.plan(arguments.faults, chance, arguments.only)
    events = SAMPLE_EVENTS if arguments.sample else arguments.events
    with on_platform(arguments.here) as place:
        ingest = Ingest(place, () if arguments.until_caught_up else CONTINUOUS)
        drill = faults.Drill(place, ingest, chance, lambda: None, arguments.unreachable)
        try:
            outcome = strike_all(drill, names, events, arguments.seed)
            doubles = (
                None
                if arguments.sample or arguments.without_control
                else count_doubles_of_control(drill, arguments.seed + 1)
            )
        finally:
            ingest.kill()
    summary = (
        f"{len(names)} faults, {outcome.acknowledged:,} events: lost {outcome.lost:,}, doubled {outcome.doubled:,}"
    )
    if outcome.lost or outcome.doubled or doubles == 0:
        raise UserError(f"{summary}; doubles of the control: {doubles}")
    print(
        summary if doubles is None else f"{summary}; without identifiers {doubles:,} doubled, as the control must find"
    )


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", type=int, default=60, help="how many faults (default 60)")
    parser.add_argument("--events", type=int, default=2_000_000, help="how many events (default 2 million)")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another order of faults, and other events")
    parser.add_argument(
        "--only", action="append", choices=faults.FAULTS, metavar="FAULT", help="only this fault; may be given again"
    )
    parser.add_argument("--unreachable", type=float, default=60, metavar="SECONDS", help="of the broker (default 60)")
    parser.add_argument("--sample", action="store_true", help="3 faults and 50,000 events, without the control")
    parser.add_argument("--without-control", action="store_true", help="leave the negative control out")
    parser.add_argument("--here", action="store_true", help="on the running platform of the settings, not on its own")
    parser.add_argument(
        "--until-caught-up", action="store_true", help="drill the ingest that ends when it has caught up, over and over"
    )
    return parser.parse_args(argv)


@contextmanager
def on_platform(here: bool) -> Iterator[platform.Platform]:
    """Yield the platform of the drill; its own is reset first, and stopped at the end."""
    place = platform.of_settings() if here else platform.own()
    if not here:
        place.command("infra.local", "reset", "--yes")
        place.command("infra.setup", "--quiet")
        place.command("infra.local", "up")
    try:
        topics.ensure(place.settings, load(FOLDER).topics)
        yield place
    finally:
        place.quota()
        if not here:
            place.command("infra.local", "down")


def strike_all(drill: faults.Drill, names: Sequence[str], events: int, seed: int) -> ledger.Outcome:
    """Strike with every fault, catch up, print the table of faults, and return its sum."""
    seconds: list[float] = []
    with Sender(drill.platform, seed, events // len(names)) as sender:
        drill.burst = sender.burst
        for sender.fault, name in enumerate(names, 1):
            seconds.append(struck(drill, name, faults.FAULTS[name], f"{sender.fault}/{len(names)}"))
        path = sender.finish()
    status = caught_up(drill)
    acknowledged, there = ledger.read_acknowledged(path), ledger.read_landed(drill.platform.table)
    rows = []
    for name in dict.fromkeys(names):
        numbers = [number for number, one in enumerate(names, 1) if one == name]
        one = ledger.outcome(acknowledged, there, numbers)
        longest = max(seconds[number - 1] for number in numbers)
        counts = (one.acknowledged, one.lost, one.doubled)
        rows.append((name, str(len(numbers)), *(f"{count:,}" for count in counts), f"{longest:.0f}"))
    total = ledger.outcome(acknowledged, there, range(len(names) + 1))
    rows.append(("all", str(len(names)), f"{total.acknowledged:,}", f"{total.lost:,}", f"{total.doubled:,}", ""))
    print(table(HEADER, rows), flush=True)
    if status:
        raise UserError(f"the ingest itself found fault at the end (status {status}); see {drill.ingest.last_log}")
    return total


def caught_up(drill: faults.Drill) -> int:
    """Land what is left in Kafka, and return the exit status of that."""
    drill.ingest.stop()
    drill.ingest.arguments, before = (), drill.ingest.arguments
    drill.ingest.start()
    status = drill.ingest.wait()
    drill.ingest.arguments = before
    return status


def struck(drill: faults.Drill, name: str, fault: faults.Fault, place: str) -> float:
    """Strike once and return how many seconds later a batch was committed again."""
    drill.struck_at = ""
    began, starts = time.monotonic(), drill.ingest.starts
    fault(drill)
    seconds = drill.fresh()
    took = time.monotonic() - began
    course = f"fresh after {seconds:.0f} s, {drill.ingest.starts - starts} starts, {took:.0f} s in all"
    where = f", struck {drill.struck_at}" if drill.struck_at else ""
    print(f"drill {place}: {name}: {course}{where}", file=sys.stderr, flush=True)
    return seconds


def count_doubles_of_control(drill: faults.Drill, seed: int) -> int:
    """Return how many doubles there are when the appends pass no transaction identifiers."""
    with Sender(drill.platform, seed, CONTROL_EVENTS) as sender:
        drill.burst = sender.burst
        for sender.fault in range(1, CONTROLS + 1):
            struck(drill, faults.CONTROL, faults.control, f"control {sender.fault}/{CONTROLS}")
        path = sender.finish()
    # It finds the doubles too and fails; they are counted here.
    caught_up(drill)
    return ledger.outcome(
        ledger.read_acknowledged(path), ledger.read_landed(drill.platform.table), range(CONTROLS + 1)
    ).doubled
