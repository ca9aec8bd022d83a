"""What becomes of a batch of windows: PostgreSQL has all of them at once, the lake those that are over, each once.

The engine's offsets of a batch name its watermark. What ends by then may still change in this batch, since the engine
drops as late what the batch before had let go, and never after. So batch n, stored in PostgreSQL, appends to Delta what
ends between the watermarks of n - 1 and n, as PostgreSQL has it; the commit carries the checkpoint's identity and n, as
the ingest's do. All of a batch may run again. Where a store is away the batch fails, and the query begins it again
until it is back.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from common import postgres
from common.errors import UserError, first_line
from common.live_tables import WINDOWS
from common.settings import Settings
from streaming.commit import WriteTransaction, append_once, last_transaction
from streaming.folder import Folder
from streaming.monitor.windows import window_tables
from streaming.monitor.windows.window_tables import COLUMNS

ROLE = "monitor"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARROW = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("us", "UTC"),
    "decimal(28,4)": pa.decimal128(28, 4),
}
SCHEMA = pa.schema([(name, ARROW[kind.removesuffix(" not null")]) for name, kind, _ in WINDOWS.columns])
# Told after a batch: the connection, the watermarks before and of it, and the newest event's time.
Watch = Callable[[psycopg.Connection, datetime, datetime, datetime], None]


class StoreError(Exception):
    """A batch of windows was not stored."""


@dataclass
class WindowStore:
    """The sink of the query of windows.

    Args:
        checkpoint: the query's, which tells watermarks.
        table: the path of Delta's `live.windows`.
        application: the checkpoint's identity.
        closed_until: where the lake's windows ended when the checkpoint began; it makes none before again.
        watch: what looks at windows once they are stored.
        on_late: is told how many events have been late.
    """

    settings: Settings
    checkpoint: Folder
    table: str
    application: str
    closed_until: datetime
    watch: Watch
    on_late: Callable[[int], None]
    connection: psycopg.Connection | None = None
    transaction: WriteTransaction | None = None
    newest: datetime = field(default=EPOCH)

    def __call__(self, batch: DataFrame, number: int) -> None:
        """Store one batch.

        Raises:
            StoreError: a store is away; one line, since the engine searches the text of what is raised here.
        """
        try:
            self.store(batch, number)
        except psycopg.Error as error:
            self.connection = None
            raise StoreError(f"PostgreSQL did not take a batch of windows: {first_line(error)}") from None
        except Exception as error:
            self.transaction = None
            raise StoreError(first_line(error)) from None

    def store(self, batch: DataFrame, number: int) -> None:
        """Put what has changed into PostgreSQL, then what is over into the lake, then let it be judged."""
        counts = batch.where(self.is_open()).withColumn("started_at", started_at()).toArrow()
        rows, totals = window_tables.split(counts.to_pylist())
        self.newest = max([self.newest, *(row[-1] for row in rows)])
        connection = self.connected()
        if totals:
            self.on_late(window_tables.store(connection, rows, totals))
        before, now = (max(self.watermark(each), self.closed_until) for each in (number - 1, number))
        if now > before:
            self.close(batch.sparkSession, number, window_tables.over(connection, before, now))
            window_tables.forget(connection, now - timedelta(days=self.settings.window_days))
        self.watch(connection, before, now, self.newest)

    def is_open(self) -> str:
        """Return the SQL of the windows that this checkpoint makes, and of the totals."""
        return f"ended_at is null or ended_at > timestamp_micros({int(self.closed_until.timestamp() * 1_000_000)})"

    def connected(self) -> psycopg.Connection:
        """Return the connection, a new one where there was none or it was lost; each statement is a transaction."""
        if self.connection is None or self.connection.closed:
            self.connection = postgres.connect(self.settings, ROLE)
            self.connection.autocommit = True
        return self.connection

    def watermark(self, number: int) -> datetime:
        """Return the watermark of a batch: what ends at it or before is over; long ago where there is no such batch."""
        text = self.checkpoint.below("offsets").read(str(number)) if number >= 0 else None
        if text is None:
            return EPOCH
        return EPOCH + timedelta(milliseconds=json.loads(text.splitlines()[1])["batchWatermarkMs"])

    def close(self, spark: SparkSession, number: int, over: list[tuple[object, ...]]) -> None:
        """Append windows that are over to the lake, in the commit of this batch."""
        if not over:
            return
        self.transaction = self.transaction or last_transaction(spark, self.table, self.application)
        columns = [list(column) for column in zip(*over, strict=True)]
        frame = spark.createDataFrame(pa.table(dict(zip(COLUMNS, columns, strict=True)), SCHEMA)).coalesce(1)
        landed = append_once(frame, self.table, self.application, number, self.transaction)
        self.transaction = landed or self.transaction


def started_at() -> Column:
    """Return where a window begins; null for all time."""
    return F.timestamp_seconds(F.unix_seconds("ended_at") - 60 * F.col("minutes"))


def lake_end(spark: SparkSession, table: str) -> datetime:
    """Return where the newest of the lake's windows ends, long ago where it has none.

    Raises:
        UserError: the lake has no such table.
    """
    try:
        ended_at = F.max(F.unix_seconds("started_at") + 60 * F.col("minutes")).alias("ended_at")
        row = spark.read.format("delta").load(table).agg(ended_at).first()
    except Exception as error:
        raise UserError(f"{WINDOWS.name} cannot be read: {first_line(error)}; run `make up`") from None
    return EPOCH + timedelta(seconds=row["ended_at"]) if row and row["ended_at"] is not None else EPOCH
