"""The checks within the lake, run on small tables; each notices what it is there for."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from spark.reconcile import checks

TABLES = {
    "bronze.events": "topic string, event_id string, broken_rule string, ingest_seq bigint",
    "core.run_bounds": "max_ingest_seq bigint",
    "staging.stg_events__orders": "event_id string, source string, order_id string",
    "core.fct_orders": "source string, order_id string",
}


@pytest.fixture
def lake(spark: SparkSession) -> Iterator[SparkSession]:
    schemas = {name.split(".")[0] for name in TABLES}
    for schema in schemas:
        spark.sql(f"create database {schema}")
    for name, columns in TABLES.items():
        spark.sql(f"create table {name} ({columns}) using parquet")
    spark.sql("insert into core.run_bounds values (1)")
    spark.sql(
        "insert into bronze.events values ('orders', 'a', null, 1), ('orders', 'a', null, 1), ('orders', 'b', null, 1)"
    )
    spark.sql("insert into bronze.events values ('orders', 'c', 'write_off', 1), ('orders', 'd', null, 2)")
    spark.sql("insert into staging.stg_events__orders values ('a', 's', '1'), ('b', 's', '1')")
    yield spark
    for schema in schemas:
        spark.sql(f"drop database {schema} cascade")


def test_duplicates_quarantined_and_later_events_do_not_count(lake: SparkSession) -> None:
    (row,) = lake.sql(checks.numbers([checks.bronze_is_staging("orders")])).collect()
    assert (row[0], int(row[1]), int(row[2])) == (0, 2, 2)


def test_a_key_that_a_fact_lacks_is_named(lake: SparkSession) -> None:
    check = checks.staging_is_fact("orders", "order_id", "fct_orders")
    (row,) = lake.sql(checks.numbers([check])).collect()
    assert (int(row[1]), int(row[2])) == (1, 0)
    assert checks.differing([tuple(key) for key in lake.sql(check.keys).collect()]) == "s/1"


def test_many_keys_are_cut_short() -> None:
    assert checks.differing([(n,) for n in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …"
