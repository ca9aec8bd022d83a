"""Send an order history to Kafka: one order of the file is one event, in the order of time."""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path

from common import locks
from common.cli import Parser, day
from common.contracts import model as contracts
from common.errors import UsageError, entry_point, flag
from common.settings import Settings, read_settings
from streaming import files, producer, topics
from streaming.declare import declare
from streaming.replay import finished, resume, source
from streaming.replay.events import MS_PER_DAY, Events, Tally, iso
from streaming.replay.fragments import FragmentParser
from streaming.replay.mapping import Mapping, load
from streaming.replay.resume import Progress
from streaming.replay.rows import Rows
from streaming.replay.stage import Stage, new_stage

TOPICS = ("orders", "returns")
ROWS_AT_ONCE = 2_000
ROWS_BETWEEN_REPORTS = 200_000


def main(argv: Sequence[str] | None = None) -> None:
    """Replay one file; all that can be wrong with it is said before anything is sent."""
    arguments = parse(argv)
    settings, mapping = read_settings(), load(arguments.mapping)
    name = arguments.source or mapping.name
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        raise UsageError(f"--source {name!r}: use letters, digits, dot, dash and underscore, at most 64")
    identity = {"source": name, "mapping": mapping.name, "shift_to": day_text(arguments.shift_to)}
    state = files.state(arguments.orders)
    with locks.hold(settings, "replay"):
        digest = source.sha256(arguments.orders)
        before = finished.find(settings, digest, identity)
        if before and not arguments.force:
            reason = f"{arguments.orders.name} was replayed before ({before['summary']})"
            print(f"skipped: {reason}; {flag('force')} sends it again")
            return
        topics.ensure(settings, contracts.load(settings.contracts_dir).topics)
        known = resume.identity_of(mapping, identity, topics.describe(settings, TOPICS))
        progress = resume.Progress(settings, digest, known)
        if arguments.force:
            progress.clear()
        summary, tally = replay(settings, arguments, state, mapping, name, progress)
        counts = {"lines": dict(tally.lines), "events": dict(tally.events)}
        finished.record(settings, digest, {"file": arguments.orders.name, **identity, **counts, "summary": summary})
        progress.clear()
    print(summary)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.replay", description=__doc__)
    parser.add_argument("--orders", type=Path, required=True, help="CSV file, one row per order line; may be gzipped")
    parser.add_argument("--mapping", required=True, help="name in streaming/mappings, or path of a mapping file")
    parser.add_argument("--source", help="name of the shop; the mapping's name where it is not given")
    parser.add_argument(
        "--shift-to",
        type=day(),
        metavar="DATE",
        help="move all events by whole days so that the newest lies on the day before DATE, which the lake's clock"
        " then shows",
    )
    parser.add_argument("--force", action="store_true", help="send a file from its start, whatever was sent before")
    return parser.parse_args(argv)


def day_text(value: date | None) -> str | None:
    """Return a day as the finished replays name it."""
    return None if value is None else value.isoformat()


def replay(
    settings: Settings,
    arguments: argparse.Namespace,
    state: files.State,
    mapping: Mapping,
    name: str,
    progress: Progress,
) -> tuple[str, Tally]:
    """Stage the file, send its events behind those of an interrupted replay, and return the summary and the counts."""
    with new_stage(settings) as stage:
        read = fill(stage, arguments.orders, mapping)
        if read == 0:
            raise UsageError(f"{arguments.orders}: has a header and no rows")
        files.require_unchanged(arguments.orders, state)
        tally = Tally()
        versions = contracts.load(settings.contracts_dir).versions
        events = Events(mapping, name, shift_ms(stage, arguments.shift_to), tally, versions)
        before = progress.load()
        if not before:
            declare(settings, name, mapping.time_zone.key)
        acknowledged = producer.send(
            settings,
            islice(events.of(stage), before, None),
            stage.count() - before,
            f"replay {arguments.orders.name}",
            lambda count: progress.store(before + count),
        )
    if tally.lines.total() != read or before + acknowledged.total() != tally.events.total():
        raise RuntimeError(f"{read} rows read, {tally}, {before} + {acknowledged.total()} acknowledged: not equal")
    counts = " + ".join(f"{acknowledged[topic]:,} {topic}" for topic in TOPICS)
    earlier = f", {before:,} by the replay that was interrupted" if before else ""
    return f"{tally}; {counts} events acknowledged{earlier}", tally


def fill(stage: Stage, path: Path, mapping: Mapping) -> int:
    """Stage all rows of the file and return their number."""
    texts = source.texts(path, mapping.encoding, mapping.delimiter)
    header_text = next(texts)
    header = source.cells_of(header_text, mapping.delimiter)
    positions = source.positions(path, header, mapping.used_columns)
    parser = FragmentParser(Rows(mapping, positions, len(header)), mapping.delimiter, header_text)
    number, reported, began = 0, 0, time.monotonic()
    while chunk := list(islice(texts, ROWS_AT_ONCE)):
        stage.add(parser.parse(chunk))
        number += len(chunk)
        if number - reported >= ROWS_BETWEEN_REPORTS:
            reported = number
            rate = number / (time.monotonic() - began)
            print(f"replay {path.name}: {number:,} rows read, {rate:,.0f}/s", file=sys.stderr, flush=True)
    stage.finish()
    return number


def shift_ms(stage: Stage, shift_to: date | None) -> int:
    """Return by how much the times move: whole days, the newest event to the day before `shift_to`."""
    newest = stage.newest_ms()
    if shift_to is None or newest is None:
        return 0
    if shift_to > datetime.now(UTC).date() + timedelta(days=1):
        raise UsageError(f"--shift-to {shift_to} lies in the future; events of the future are quarantined")
    newest_day = date.fromisoformat(iso(newest)[:10])
    return (shift_to - timedelta(days=1) - newest_day).days * MS_PER_DAY


if __name__ == "__main__":
    entry_point(main)()
