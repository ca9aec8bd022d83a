"""Marts against PostgreSQL: the rows on both sides, and the keys that one store lacks."""

from datetime import UTC, date, datetime

import pyarrow as pa

from common import postgres
from common.dbt_manifest import Export
from common.lake_reader import open_table
from spark.reconcile import marts
from tests.unit.spark.shop import Shop

BEHAVIOUR, TOTALS, DRIFT = "core.customer_behaviour", "insights.totals", "insights.model_drift"


def test_keys_of_either_side_are_named(shop: Shop) -> None:
    columns = ["source", "customer_id"]
    shop.declare(BEHAVIOUR, grain=columns)
    shop.write(BEHAVIOUR, pa.table({"source": ["shop", "shop"], "customer_id": ["1", "2"]}))
    shop.export()
    lines, faults = marts.marts_to_postgres(shop.settings)
    assert (lines[0].split(), faults) == (["customer_behaviour", "=", "PostgreSQL", "2", "=", "2"], [])
    shop.run("update marts.customer_behaviour set customer_id = '3' where customer_id = '2'")
    assert marts.marts_to_postgres(shop.settings)[1] == []
    shop.run("insert into marts.customer_behaviour values ('shop', '4')")
    lines, faults = marts.marts_to_postgres(shop.settings)
    assert lines[0].split() == ["customer_behaviour", "=", "PostgreSQL", "2", "=", "3"]
    assert faults == [f"{BEHAVIOUR}: 2 rows, in PostgreSQL 3; keys: shop/2, shop/3, shop/4; run `make export`"]


def test_a_mart_without_a_key_names_none(shop: Shop) -> None:
    shop.declare(TOTALS)
    shop.write(TOTALS, pa.table({"rows": [1]}))
    shop.export()
    shop.run("insert into marts.totals values (1)")
    assert marts.marts_to_postgres(shop.settings)[1] == [f"{TOTALS}: 1 rows, in PostgreSQL 2; run `make export`"]


def test_a_mart_that_was_never_exported_is_a_fault(shop: Shop) -> None:
    shop.declare(TOTALS)
    shop.write(TOTALS, pa.table({"rows": [1]}))
    shop.export()
    shop.run("drop table marts.totals")
    assert marts.marts_to_postgres(shop.settings)[1] == [f"{TOTALS}: 1 rows, in PostgreSQL None; run `make export`"]


def test_instants_and_days_of_a_key_are_the_same_in_both_stores(shop: Shop) -> None:
    """Each store writes an instant in its own way, so that every key would differ as text."""
    moments = pa.array([datetime(2025, 1, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))
    days = pa.array([date(2025, 1, 1), date(2025, 1, 2)])
    columns = ("scored_as_of", "day")
    shop.declare(DRIFT, grain=columns)
    shop.write(DRIFT, pa.table({"scored_as_of": moments, "day": days}))
    shop.export()
    mart, lake = Export(DRIFT, "model_drift", columns), open_table(shop.settings, DRIFT)
    with postgres.connect(shop.settings, "reporter") as connection:
        assert marts.differing_keys(connection, mart, lake) == "; keys: the same, so some are there twice"
        shop.run("delete from marts.model_drift where day = '2025-01-01'")
        assert marts.differing_keys(connection, mart, lake) == "; keys: 2025-01-01 00:00:00+00:00/2025-01-01"
