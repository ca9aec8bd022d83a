"""The run's bounds come from dbt's one row, and say so when they are missing."""

from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from common.errors import UserError
from common.run_bounds import RunBounds, run_bounds


def test_bounds_are_read_as_utc(spark: SparkSession) -> None:
    spark.sql("create schema core")
    spark.sql(
        "create table core.run_bounds using delta as select timestamp'2011-12-10 00:00:00 UTC' as as_of, "
        "7L as max_ingest_seq, 1L as max_snapshot_seq"
    )
    try:
        assert run_bounds(spark) == RunBounds(datetime(2011, 12, 10), 7, 1)
    finally:
        spark.sql("drop schema core cascade")


def test_missing_bounds_name_the_remedy(spark: SparkSession) -> None:
    with pytest.raises(UserError, match=r"no table core\.run_bounds; run `make marts`"):
        run_bounds(spark)
