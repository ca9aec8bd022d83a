"""Export every model marked `meta: {export: true}` from Delta to PostgreSQL, in one transaction.

Readers see the old tables whole until the commit and the new ones whole after it; where anything fails, the old ones
stay.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
from pyspark.sql import DataFrame, SparkSession

from spark.common import postgres, tables
from spark.common.errors import UserError, entry_point
from spark.common.frames import one_row
from spark.common.locks import hold
from spark.common.manifest import Export, exports
from spark.common.session import session
from spark.common.settings import settings
from spark.export import load
from spark.export.columns import Column, column


@dataclass(frozen=True)
class Source:
    """A model's Delta table, how its columns travel and what it holds, which is counted while others are loaded."""

    model: Export
    frame: DataFrame
    columns: Sequence[Column]
    held: Future[load.Content]


def main(argv: Sequence[str] | None = None) -> None:
    """Load, verify and commit every exported model."""
    argparse.ArgumentParser(prog="spark.export", description=__doc__).parse_args(argv)
    config = settings()
    started = time.monotonic()
    models = exports(config.dbt_target / "manifest.json")
    with hold(config, "export"):
        spark = session("export", config, "exporter")
        try:
            with ThreadPoolExecutor(2) as pool, postgres.connect(config, "exporter") as connection:
                sources = [source(spark, pool, model) for model in models]
                rows = [transfer(connection, one) for one in sources]
        except psycopg.Error as error:
            said = (error.diag.message_primary or str(error)).splitlines()[0]
            raise UserError(f"PostgreSQL refused the export: {said}; nothing was exported") from None
        spark.stop()
    seconds = time.monotonic() - started
    print(f"{len(models)} tables, {sum(rows):,} rows, counts and checksums equal; {seconds:.1f} s")


def source(spark: SparkSession, pool: ThreadPoolExecutor, model: Export) -> Source:
    """Return a model's table as it is now, and begin to count what it holds."""
    frame = tables.read(spark, model.delta)
    columns = [column(model.delta, field) for field in frame.schema.fields]
    return Source(model, frame, columns, pool.submit(delta_content, frame, columns))


def transfer(connection: psycopg.Connection, one: Source) -> int:
    """Replace one table's rows, compare them with Delta's and return how many there are."""
    if load.ready(connection, one.model, one.columns):
        said = "its columns changed, so it was made anew; `make serving` makes the views that read it"
        print(f"{one.model.target}: {said}", file=sys.stderr)
    load.copy(connection, one.model, one.columns, texts(one.frame, one.columns))
    held = one.held.result()
    load.verify(one.model, held, load.content(connection, one.model, one.columns))
    print(f"{one.model.target}: {held.rows:,} rows", file=sys.stderr)
    return held.rows


def texts(frame: DataFrame, columns: Sequence[Column]) -> Iterator[Sequence[str]]:
    """Return the rows as texts, one partition in memory at a time."""
    return frame.selectExpr(*(column.text for column in columns)).toLocalIterator()


def delta_content(frame: DataFrame, columns: Sequence[Column]) -> load.Content:
    """Return what the Delta table holds."""
    counts = [f"count(`{column.name}`)" for column in columns]
    checksums = [column.spark_checksum for column in columns]
    names = [f"_{place}" for place in range(1 + len(counts) + len(checksums))]
    row = one_row(frame.selectExpr(*map(" as ".join, zip(["count(*)", *counts, *checksums], names, strict=True))))
    return load.contents(columns, tuple(row))


if __name__ == "__main__":
    entry_point(main)()
