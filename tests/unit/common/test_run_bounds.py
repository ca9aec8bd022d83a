"""Each source's clock comes from dbt, and what is missing is said."""

from datetime import date, datetime

import pytest
from pyspark.sql import SparkSession

from common.errors import UserError
from common.run_bounds import EPOCH, Clock, RunBounds, run_bounds

EAST = Clock("east", date(2012, 1, 2), datetime(2012, 1, 1, 15))
WEST = Clock("west", date(2011, 12, 10), datetime(2011, 12, 10, 5))


def test_bounds_are_read_as_utc(spark: SparkSession) -> None:
    spark.sql("create schema core")
    spark.sql(
        "create table core.run_bounds using delta as select * from values "
        "('west', date'2011-12-10', timestamp'2011-12-10 05:00:00 UTC'), "
        "('east', date'2012-01-02', timestamp'2012-01-01 15:00:00 UTC') as t (source, as_of_day, as_of)"
    )
    spark.sql("create table core.run_batches using delta as select 7L as max_ingest_seq, 1L as max_snapshot_seq")
    try:
        bounds = run_bounds(spark)
        assert bounds == RunBounds((EAST, WEST), 7, 1)
        assert bounds.as_of == datetime(2012, 1, 2)
    finally:
        spark.sql("drop schema core cascade")


def test_missing_bounds_name_the_remedy(spark: SparkSession) -> None:
    with pytest.raises(UserError, match=r"no table core\.run_bounds; run `make marts`"):
        run_bounds(spark)


def test_bounds_of_an_earlier_version_name_the_remedy(spark: SparkSession) -> None:
    spark.sql("create schema core")
    spark.sql("create table core.run_bounds using delta as select timestamp'2011-12-10' as as_of, 7L as max_ingest_seq")
    try:
        with pytest.raises(UserError, match=r"run_bounds is of an earlier version of this project; run `make marts`"):
            run_bounds(spark)
    finally:
        spark.sql("drop schema core cascade")


def test_a_row_is_of_now_by_the_clock_of_its_source(spark: SparkSession) -> None:
    rows = [("east", EAST.as_of), ("east", WEST.as_of), ("west", WEST.as_of), ("north", EAST.as_of)]
    frame = spark.createDataFrame(rows, "source string, as_of timestamp")
    assert [tuple(row) for row in frame.where(RunBounds((EAST, WEST), 0, 0).is_now()).collect()] == [rows[0], rows[2]]
    assert frame.where(RunBounds((), 0, 0).is_now()).isEmpty()
    assert RunBounds((), 0, 0).as_of == EPOCH
