"""Load a file of customer totals: to the raw zone as it is, and to bronze.customer_snapshots row by row."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from common import locks, tables
from common.cli import Parser, day
from common.contracts.model import EVENTS, SNAPSHOTS, load
from common.errors import UsageError, UserError, entry_point
from common.lake_paths import RAW
from common.session import failure, session
from common.settings import Settings, read_settings
from common.webhdfs import WebHdfs
from streaming import declare, files
from streaming.reading import opening
from streaming.reading.ids import e_mail_hash
from streaming.snapshot import mapping as mappings
from streaming.snapshot.file import Checked, check
from streaming.snapshot.rows import Load, bronze_rows, judged_rows

SNAPSHOT_FILES = f"{RAW}/snapshots"
EMPTY_LAKE = date(1970, 1, 1)
USER = "streaming"
ROWS_NAMED = 3


def main(argv: Sequence[str] | None = None) -> None:
    """Read the file, keep it, load it once."""
    arguments = parse(argv)
    settings = read_settings()
    contract = load(settings.contracts_dir).snapshot
    mapping = mappings.load(arguments.mapping, contract)
    state = files.state(arguments.file)
    with locks.hold(settings, "snapshot"), scratch(settings.path("tmp", "snapshot.parquet")) as rows:
        checked = check(arguments.file, contract, mapping, e_mail_hash(settings), rows)
        raw = f"{SNAPSHOT_FILES}/{arguments.source}/{checked.sha256}{opening.ending_of(arguments.file)}"
        store(settings, checked, raw, state)
        try:
            with uploaded(settings, rows, f"{raw}.parquet") as url:
                spark = session("snapshot", settings, identity=USER)
                try:
                    print(run(spark, settings, checked, url, mapping, arguments))
                finally:
                    spark.stop()
        except (PySparkException, Py4JError) as error:
            raise failure(settings, "snapshot", error) from None


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Return the path of a file that is removed behind the block."""
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def uploaded(settings: Settings, path: Path, there: str) -> Iterator[str]:
    """Return where a file is on HDFS for the length of the block, readable by its owner alone."""
    hdfs = WebHdfs.of(settings, USER)
    hdfs.upload(path, there, "0600")
    try:
        yield f"{settings.hdfs_url}{there}"
    finally:
        hdfs.delete(there)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(prog="python -m streaming.snapshot", description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="CSV, one row per customer; may be gzipped")
    parser.add_argument(
        "--mapping",
        type=Path,
        help="mapping file: how the file is written; without one CSV in UTF-8, points before decimals",
    )
    parser.add_argument("--source", default="snapshot", type=name, help="name of the shop (default: %(default)s)")
    parser.add_argument(
        "--snapshot-as-of",
        type=day(),
        metavar="DATE",
        help="the day at whose midnight the totals stand; where it is not given the shop's clock: the day after its"
        " newest valid event, the lake's newest where it has none, or its newest snapshot's where that is later",
    )
    parser.add_argument("--currency", type=currency, help="currency of the totals, such as USD; unknown if not given")
    parser.add_argument("--force", action="store_true", help="load a file again, as after its mapping was mended")
    return parser.parse_args(argv)


def name(text: str) -> str:
    """Return a source's name, which becomes a folder's."""
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: use letters, digits, dot, dash and underscore, at most 64")
    return text


def currency(text: str) -> str:
    """Return a currency of the command line."""
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a currency such as USD")
    return text


def store(settings: Settings, checked: Checked, raw: str, state: files.State) -> None:
    """Keep the file in the raw zone, readable by its owner alone; the same file is not sent again.

    Raises:
        UsageError: it changed since it was first looked at; what was sent of it is taken back.
    """
    hdfs = WebHdfs.of(settings, USER)
    there = hdfs.status(raw)
    if there is None or there["length"] != checked.path.stat().st_size:
        hdfs.make_folder(raw.rpartition("/")[0], "0700")
        hdfs.upload(checked.path, raw, "0600")
        try:
            files.require_unchanged(checked.path, state)
        except UsageError:
            hdfs.delete(raw)
            raise
        print(f"snapshot: {checked.path.name} is in the raw zone", file=sys.stderr, flush=True)


def run(
    spark: SparkSession,
    settings: Settings,
    checked: Checked,
    url: str,
    mapping: mappings.Mapping,
    arguments: argparse.Namespace,
) -> str:
    """Append the file's rows in one commit, unless they are there, and return the summary."""
    contracts, table = load(settings.contracts_dir), tables.read(spark, SNAPSHOTS)
    as_of = (
        arguments.snapshot_as_of
        or loaded_before(table, arguments.source, checked.sha256)
        or clock(spark, table, arguments.source)
    )
    same = (
        (F.col("source") == arguments.source)
        & (F.col("file_sha256") == checked.sha256)
        & (F.col("snapshot_as_of") == F.lit(as_of.isoformat()).cast("timestamp"))
    )
    is_there = not arguments.force and table.where(same).limit(1).count() > 0
    seq = newest(table.where(same) if is_there else table, "ingest_seq", 0) + (not is_there)
    rows = spark.read.parquet(url)
    this = Load(arguments.source, as_of, checked.sha256, seq, arguments.currency or mapping.currency)
    if not is_there:
        judged = bronze_rows(rows, contracts.snapshot, contracts.snapshots_table, this)
        judged.coalesce(1).write.format("delta").mode("append").saveAsTable(SNAPSHOTS)
    loaded = tables.read(spark, SNAPSHOTS).where(same & (F.col("ingest_seq") == seq))
    before = "loaded before: " if is_there else ""
    counts = {row.broken_rule: row["count"] for row in loaded.groupBy("broken_rule").count().collect()}
    summary = f"{before}{summary_of(counts, as_of)}{repeated(loaded)}"
    if None not in counts:
        first = first_rows(judged_rows(rows, contracts.snapshot, this))
        raise UserError(f"{checked.path}: no row is valid: {first}; {summary}: correct the file")
    return summary


def summary_of(counts: dict[str | None, int], as_of: date) -> str:
    """Return how many rows were valid, and how many broke which rule; of the valid ones the rule is None."""
    broken = sorted((rule, count) for rule, count in counts.items() if rule)
    total, valid = sum(counts.values()), counts.get(None, 0)
    rules = f" ({', '.join(f'{rule} {count:,}' for rule, count in broken)})" if broken else ""
    return f"{total:,} rows as of {as_of} = {valid:,} valid + {total - valid:,} quarantined{rules}"


def repeated(loaded: DataFrame) -> str:
    """Return which customers have more than one row, of which the first holds; empty where none has."""
    rows = loaded.where(F.col("customer_id").isNotNull()).groupBy("customer_id")
    several = rows.agg(F.count("*").alias("rows"), F.min("row_number").alias("first")).where(F.col("rows") > 1)
    named = [row.customer_id for row in several.orderBy("first").take(ROWS_NAMED)]
    return f"; {several.count():,} customer(s) with more than one row: {', '.join(named)}" if named else ""


def first_rows(judged: DataFrame) -> str:
    """Return the first broken rows, each with the rule that it breaks and why."""
    broken = judged.where(F.col("broken_rule").isNotNull()).orderBy("row_number")
    rows = broken.select("row_number", "broken_rule", "reason").take(ROWS_NAMED)
    return ", ".join(f"row {row.row_number} {row.reason or row.broken_rule}" for row in rows)


def loaded_before(table: DataFrame, source: str, sha256: str) -> date | None:
    """Return the newest date that this file was loaded as, so that the same command again does nothing."""
    loads = table.where((F.col("source") == source) & (F.col("file_sha256") == sha256))
    return midnight(loads, F.date_format(F.max("snapshot_as_of"), "yyyy-MM-dd").alias("day"))


def clock(spark: SparkSession, table: DataFrame, source: str) -> date:
    """Return a shop's clock: the day after its newest valid event by its own zone, or its newest snapshot's if later.

    A shop of whom nothing has happened stands at the newest event of the lake. What a shop says of itself is nothing
    that happened in it.
    """
    valid = tables.read(spark, EVENTS).where(F.col("broken_rule").isNull())
    is_own, is_declared = F.col("source") == source, F.col("topic") == declare.TOPIC
    newest_of_each = valid.agg(
        F.max(F.when(is_own & ~is_declared, F.col("occurred_at"))).alias("own"),
        F.max(F.when(~is_declared, F.col("occurred_at"))).alias("lake"),
        F.max(F.when(is_own & is_declared, F.struct("occurred_at", "time_zone"))).alias("declaration"),
    )
    local = F.from_utc_timestamp(F.coalesce("own", "lake"), F.coalesce("declaration.time_zone", F.lit("UTC")))
    [newest_event] = newest_of_each.select(F.date_format(local, "yyyy-MM-dd")).first() or [None]
    newest_snapshot = midnight(table.where(is_own), F.date_format(F.max("snapshot_as_of"), "yyyy-MM-dd").alias("day"))
    following = date.fromisoformat(newest_event) + timedelta(days=1) if newest_event else EMPTY_LAKE
    return max(following, newest_snapshot or EMPTY_LAKE)


def midnight(rows: DataFrame, day_of: Column) -> date | None:
    """Return an aggregated day; as text from Spark, because Python would shift it into its own time zone."""
    (row,) = rows.agg(day_of).collect()
    return date.fromisoformat(row.day) if row.day else None


def newest(table: DataFrame, column: str, default: int) -> int:
    """Return a column's greatest value."""
    (row,) = table.agg(F.max(column).alias("newest")).collect()
    return default if row.newest is None else int(row.newest)


if __name__ == "__main__":
    entry_point(main)()
