"""Send an order history to Kafka: one order of the file is one event, in the order of time."""

import argparse
import hashlib
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from common import locks
from common.cli import Parser, day
from common.contracts import model as contracts
from common.errors import UsageError, entry_point, flag
from common.settings import read_settings
from streaming import files, producer, topics
from streaming.declare import TOPIC as SOURCES
from streaming.reading import opening
from streaming.reading.ids import Hash, Ids, e_mail_hash, stand_in
from streaming.reading.records import Records
from streaming.replay import finished, resume, sendings
from streaming.replay.events import Tally
from streaming.replay.fragments import FragmentParser
from streaming.replay.job import Job
from streaming.replay.joins import Joins
from streaming.replay.mapping import Mapping, load
from streaming.replay.other_files import OtherFile
from streaming.replay.refusal import Refusal
from streaming.replay.resume import Progress
from streaming.replay.rows import Rows
from streaming.replay.stage import Stage, new_stage

ROWS_AT_ONCE = 2_000
ROWS_BETWEEN_REPORTS = 200_000


def main(argv: Sequence[str] | None = None) -> None:
    """Replay one file; all that can be wrong with it is said before anything is sent."""
    arguments = parse(argv)
    settings, mapping = read_settings(), load(arguments.mapping)
    name = arguments.source or mapping.name
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name):
        said_by = "--source" if arguments.source else f"{arguments.mapping}: name"
        raise UsageError(f"{said_by} {name!r}: use letters, digits, dot, dash and underscore, at most 64")
    paths = [arguments.orders, *(arguments.orders.parent / name for name in mapping.file_names)]
    states = {path: files.state(path) for path in paths}
    digest, known = hash_of(paths), contracts.load(settings.contracts_dir)
    job = Job(settings, arguments.orders, states, digest, mapping, name, arguments.shift_to, known)
    if arguments.dry_run:
        show(job)
        return
    with locks.hold(settings, "replay"):
        print(send(job, force=arguments.force))


def hash_of(paths: Sequence[Path]) -> str:
    """Return the hash of a file, or of several together."""
    digests = [opening.sha256(path) for path in paths]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def show(job: Job) -> None:
    """Print the first events of the file as they would be sent, and what becomes of its rows; nothing is sent.

    It needs no platform, and runs beside a replay: its rows are staged in a folder of their own.
    """
    # Here, as a replay needs no parser of SQL, and that takes half a second.
    from streaming.replay import judge, preview

    with TemporaryDirectory(prefix="lakehouse-") as folder, staged(job, Path(folder), stand_in) as (stage, _):
        sending = job.sending(int(time.time() * 1000))
        sending.is_rehearsal = True
        events = job.events(stage, sending, stand_in, job.shops(stage))
        judging = judge.Judge(job.contracts, datetime.now(UTC))
        print("\n".join(preview.lines(events.of(stage), judging)))
        print("; ".join((str(events.tally), *stage.notes, "nothing was sent")))


def send(job: Job, *, force: bool) -> str:
    """Send the file, where it was not sent before, and return the summary."""
    settings, name = job.settings, job.path.name
    before = finished.find(settings, job.digest, job.identity)
    if before and not force:
        return f"skipped: {name} was replayed before ({before['summary']}); {flag('force')} sends it again"
    topics.ensure(settings, job.contracts.topics)
    known = resume.identity_of(job.identity, topics.describe(settings, job.topics))
    progress = resume.Progress(settings, job.digest, known)
    if force:
        progress.clear()
    summary, tally = replay(job, progress)
    counts = {"lines": dict(tally.lines), "events": dict(tally.events)}
    finished.record(settings, job.digest, {"file": name, **job.identity, **counts, "summary": summary})
    progress.clear()
    return summary


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.replay", description=__doc__)
    parser.add_argument(
        "--orders",
        type=Path,
        required=True,
        help="file, one row per order line: CSV, TSV, JSON lines (all may be gzipped), an Excel workbook, Parquet",
    )
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
    parser.add_argument(
        "--dry-run", action="store_true", help="show the first events and the counts, send nothing; needs no Kafka"
    )
    return parser.parse_args(argv)


@contextmanager
def staged(job: Job, folder: Path, hash_text: Hash) -> Iterator[tuple[Stage, int]]:
    """Stage the file in a folder for the length of the block, and yield how many rows it has too; ids by a hash."""
    with new_stage(replace(job.settings, state_dir=folder)) as stage:
        read = fill(stage, job.path, job.mapping, hash_text)
        if read == 0:
            raise UsageError(f"{job.path}: has a header and no rows")
        for topic, other in job.mapping.files.items():
            path = job.path.parent / other.file if other.file else job.path
            file = OtherFile(topic, path, other, Ids(other, hash_text))
            rows, left_out = file.stage(stage.database)
            read += rows
            stage.left_out += left_out
            # Of a log that is the file of the orders it was said.
            stage.notes += [note for note in file.notes if note not in stage.notes]
        for path, state in job.states.items():
            files.require_unchanged(path, state)
        yield stage, read


def replay(job: Job, progress: Progress) -> tuple[str, Tally]:
    """Send the file's events behind those of an interrupted replay, and return the summary and the counts."""
    with staged(job, job.settings.state_dir, e_mail_hash(job.settings)) as (stage, read):
        before = progress.load()
        what = {**job.identity, "file_sha256": job.digest, "versions": job.contracts.versions}
        shops = job.shops(stage)
        progress.began_ms = sendings.begin(job.settings, what, progress.began_ms if before else None, shops.own)
        sending = job.sending(progress.began_ms)
        events = job.events(stage, sending, e_mail_hash(job.settings), shops)
        tally, notes = events.tally, stage.notes
        declared = [] if before else [job.declaration(name) for name in shops.names]

        def store(count: int) -> None:
            sending.write()
            progress.store(max(0, before + count - len(declared)))

        total = None if events.have_more_than_orders else stage.count() - before + len(declared)
        messages = chain(declared, islice(events.of(stage), before, None))
        acknowledged = producer.send(job.settings, messages, total, f"replay {job.path.name}", store)
        sending.finish()
    acknowledged.pop(SOURCES, None)
    if tally.lines.total() != read or before + acknowledged.total() != tally.events.total():
        raise RuntimeError(f"{read} rows read, {tally}, {before} + {acknowledged.total()} acknowledged: not equal")
    counts = " + ".join(f"{acknowledged[topic]:,} {topic}" for topic in job.topics)
    earlier = f", {before:,} by the replay that was interrupted" if before else ""
    return "; ".join((str(tally), *notes, f"{counts} events acknowledged{earlier}")), tally


def fill(stage: Stage, path: Path, mapping: Mapping, hash_text: Hash) -> int:
    """Stage all rows of the file and return their number.

    Raises:
        UsageError: the file or most of its rows cannot be read.
    """
    records = Records(path, mapping)
    ids = Ids(mapping, hash_text)
    joins = Joins(stage.database, path, records.header, mapping) if mapping.joins else None
    joined = joins.header if joins else []
    positions = records.positions(mapping.used_columns, joined)
    rows = Rows(mapping, positions, len(records.header) + len(joined), ids, joins)
    records.is_row = rows.is_row
    parser = FragmentParser(rows, records.delimiter, records.header_text)
    refusal = Refusal(path)
    number, reported, began = 0, 0, time.monotonic()
    while chunk := list(islice(records, ROWS_AT_ONCE)):
        parsed = parser.parse(chunk)
        stage.add(parsed)
        refusal.count(len(chunk), parsed)
        number += len(chunk)
        if number - reported >= ROWS_BETWEEN_REPORTS:
            reported = number
            rate = number / (time.monotonic() - began)
            print(f"replay {path.name}: {number:,} rows read, {rate:,.0f}/s", file=sys.stderr, flush=True)
    refusal.require_readable(rows, records.delimiter)
    stage.finish()
    stage.notes += [*records.doubts(), *(joins.notes() if joins else [])]
    return number


if __name__ == "__main__":
    entry_point(main)()
