"""An empty lake of the monitor's."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from common.live_tables import BASELINE_CUSTOMERS, BASELINE_RATES, BASELINE_SIZES


@pytest.fixture
def baselines(spark: SparkSession) -> Iterator[SparkSession]:
    """Return a session with the tables of what is usual, empty."""
    # Another module of the same process may have left one.
    spark.sql("drop schema if exists live cascade")
    spark.sql("create schema live")
    for table in (BASELINE_SIZES, BASELINE_CUSTOMERS, BASELINE_RATES):
        spark.sql(table.ddl())
    yield spark
    spark.sql("drop schema live cascade")
