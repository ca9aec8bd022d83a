"""The run that a test's marts are of."""

from datetime import datetime

from pyspark.sql import SparkSession

from common import tables


def set_as_of(spark: SparkSession, as_of: datetime) -> None:
    """Make the marts those of a day."""
    set_clocks(spark, shop=as_of)


def set_clocks(spark: SparkSession, **clocks: datetime) -> None:
    """Make the marts those of a day of each source, whose days are those of UTC."""
    rows = (f"('{source}', date'{as_of:%Y-%m-%d}', {tables.instant_sql(as_of)})" for source, as_of in clocks.items())
    spark.sql(
        f"create or replace table core.run_bounds using delta as "
        f"select * from values {', '.join(rows)} as t (source, as_of_day, as_of)"
    )
    spark.sql(
        "create or replace table core.run_batches using delta as select 1l as max_ingest_seq, 1l as max_snapshot_seq"
    )
