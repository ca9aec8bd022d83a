"""The lake's clock: every job takes its as-of date from the run's bounds, never from the wall clock."""

from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.errors import UserError


@dataclass(frozen=True)
class RunBounds:
    """What one run may see: events before `as_of` (a UTC midnight, naive) and batches up to the two numbers."""

    as_of: datetime
    max_ingest_seq: int
    max_snapshot_seq: int


def run_bounds(spark: SparkSession) -> RunBounds:
    """Return the bounds that the last dbt run fixed.

    Raises:
        UserError: dbt has not run yet.
    """
    # As text, because Python would shift a timestamp into its own time zone.
    as_of = F.date_format("as_of", "yyyy-MM-dd HH:mm:ss").alias("as_of")
    rows = tables.read(spark, "core.run_bounds").select(as_of, "max_ingest_seq", "max_snapshot_seq").take(2)
    if len(rows) != 1:
        raise UserError(f"core.run_bounds holds {len(rows)} rows instead of one; run `make marts`")
    row = rows[0]
    return RunBounds(datetime.fromisoformat(row["as_of"]), row["max_ingest_seq"], row["max_snapshot_seq"])
