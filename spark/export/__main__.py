"""Export every model marked `meta: {export: true}` from Delta to PostgreSQL, in one transaction.

Readers see the old tables whole until the commit and the new ones whole after it; where anything fails, the old ones
stay.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

import psycopg
from pyspark.sql import DataFrame, SparkSession

from spark.common import postgres, tables
from spark.common.errors import UserError, entry_point
from spark.common.frames import one_row
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import settings
from spark.export import load
from spark.export.columns import Column, column
from spark.export.manifest import Export, exports


def main(argv: Sequence[str] | None = None) -> None:
    """Load, verify and commit every exported model."""
    argparse.ArgumentParser(prog="spark.export", description=__doc__).parse_args(argv)
    config = settings()
    started = time.monotonic()
    models = exports(config.dbt_target / "manifest.json")
    with hold(config, "export"):
        spark = session("export", config, "exporter")
        try:
            with postgres.connect(config, "exporter") as connection:
                rows = [transfer(spark, connection, model) for model in models]
        except psycopg.Error as error:
            said = (error.diag.message_primary or str(error)).splitlines()[0]
            raise UserError(f"PostgreSQL refused the export: {said}; nothing was exported") from None
        spark.stop()
    seconds = time.monotonic() - started
    print(f"{len(models)} tables, {sum(rows):,} rows, counts and checksums equal; {seconds:.1f} s")


def transfer(spark: SparkSession, connection: psycopg.Connection, model: Export) -> int:
    """Replace one table's rows, compare them with Delta's and return how many there are."""
    frame = tables.read(spark, model.delta)
    columns = [column(model.delta, field) for field in frame.schema.fields]
    if load.ready(connection, model, columns):
        print(
            f"{model.target}: its columns changed, so it was made anew; run `make serving` for its views",
            file=sys.stderr,
        )
    load.copy(connection, model, columns, texts(frame, columns))
    held = delta_content(frame, columns)
    load.verify(model, held, load.content(connection, model, columns))
    print(f"{model.target}: {held.rows:,} rows", file=sys.stderr)
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
