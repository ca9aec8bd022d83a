"""The run that a test's marts are of."""

from datetime import datetime

from pyspark.sql import SparkSession

from common import tables


def set_as_of(spark: SparkSession, as_of: datetime) -> None:
    """Make the marts those of a day."""
    spark.sql(
        f"create or replace table core.run_bounds using delta as "
        f"select {tables.instant_sql(as_of)} as as_of, 1l as max_ingest_seq, 1l as max_snapshot_seq"
    )
