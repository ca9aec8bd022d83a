"""The checks within the lake, run on small tables; each notices what it is there for."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from spark.reconcile import checks

TABLES = {
    "bronze.events": "topic string, event_id string, broken_rule string, ingest_seq bigint",
    "staging.stg_events__orders": "event_id string, source string, order_id string, payload_hash bigint,"
    " recorded_at timestamp, sent_at timestamp, is_cancelled boolean",
    "core.int_order_versions": "event_id string, source string, order_id string, payload_hash bigint",
    "core.fct_orders": "source string, order_id string",
}


@pytest.fixture
def lake(spark: SparkSession) -> Iterator[SparkSession]:
    schemas = {name.split(".")[0] for name in TABLES}
    for schema in schemas:
        spark.sql(f"create database {schema}")
    for name, columns in TABLES.items():
        spark.sql(f"create table {name} ({columns}) using parquet")
    spark.sql(
        "insert into bronze.events values ('orders', 'a', null, 1), ('orders', 'a', null, 1), ('orders', 'b', null, 1)"
    )
    spark.sql("insert into bronze.events values ('orders', 'c', 'write_off', 1), ('orders', 'd', null, 2)")
    spark.sql(
        "insert into staging.stg_events__orders select event_id, 's', '1', 7, timestamp'2024-01-01', null, false"
        " from values ('a'), ('a'), ('b') as t (event_id)"
    )
    spark.sql("insert into core.int_order_versions values ('a', 's', '1', 7)")
    yield spark
    for schema in schemas:
        spark.sql(f"drop database {schema} cascade")


def numbers(lake: SparkSession, check: checks.Check) -> list[int]:
    rows = lake.sql(checks.numbers([check])).collect()
    return [int(number) for _, _, number in sorted(rows)]


def test_quarantined_and_later_events_do_not_count(lake: SparkSession) -> None:
    assert numbers(lake, checks.bronze_is_staging("orders", 1)) == [3, 3]


def test_a_key_that_a_fact_lacks_is_named(lake: SparkSession) -> None:
    check = checks.staging_is_fact("orders", "order_id", "fct_orders")
    assert numbers(lake, check) == [1, 0]
    assert checks.differing([tuple(key) for key in lake.sql(check.keys).collect()]) == "s/1"


def test_what_was_cancelled_last_is_no_row_of_a_fact(lake: SparkSession) -> None:
    lake.sql(
        "insert into staging.stg_events__orders"
        " select event_id, 's', order_id, hash, timestamp(at), timestamp(sent), gone from values"
        " ('c', '1', 7, '2024-01-02', null, true),"
        " ('d', '2', 7, '2024-01-02', null, true), ('e', '2', 7, '2024-01-01', '2024-01-03', false),"
        # A conflict, of which the smaller hash is kept.
        " ('f', '3', 1, '2024-01-02', null, true), ('f', '3', 2, '2024-01-02', null, false)"
        " as t (event_id, order_id, hash, at, sent, gone)"
    )
    check = checks.staging_is_fact("orders", "order_id", "fct_orders")
    assert numbers(lake, check) == [1, 0]
    assert checks.differing([tuple(key) for key in lake.sql(check.keys).collect()]) == "s/2"


def test_an_event_that_the_versions_lack_is_named_and_a_repetition_is_not(lake: SparkSession) -> None:
    check = checks.staging_is_versions("orders", "order_id", "int_order_versions")
    assert numbers(lake, check) == [2, 1]
    assert checks.differing([tuple(key) for key in lake.sql(check.keys).collect()]) == "s/1/b/7"


def test_a_key_that_only_the_later_station_has_is_named(lake: SparkSession) -> None:
    lake.sql("insert into staging.stg_events__orders values ('z', 's', '9', 7, timestamp'2024-01-01', null, false)")
    check = checks.bronze_is_staging("orders", 1)
    assert numbers(lake, check) == [3, 4]
    assert checks.differing([tuple(key) for key in lake.sql(check.keys).collect()]) == "z"


def test_every_topic_of_the_contracts_is_checked() -> None:
    names = [check.name for check in checks.lake_checks(load(FOLDER), 7, 3)]
    assert [f"{one.topic}: valid = staging" for one in load(FOLDER).topics] == names[: len(load(FOLDER).topics)]
    assert "ratings: keys in staging = fct_ratings" in names
    # Of what shops say of themselves only the newest holds.
    assert set(checks.FACTS) <= {one.topic for one in load(FOLDER).topics} - {"sources"} == set(checks.VERSIONS)


def test_many_keys_are_cut_short() -> None:
    assert checks.differing([(n,) for n in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …"


def test_no_number_is_a_scalar_subquery() -> None:
    assert "cast((" not in checks.numbers(checks.lake_checks(load(FOLDER), 7, 3))
