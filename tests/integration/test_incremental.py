"""Incremental runs give what a full refresh gives: in any order of arrival, and after a run that failed half way."""

import random
import threading

import pytest

from common import thrift
from common.errors import UserError
from tests.integration.arrivals import conflicting, part, record, shop
from tests.integration.events import send
from tests.integration.harness import Platform

CORE = ("--select", "run_bounds", "path:models/staging", "path:models/intermediate", "--exclude", "int_products_bought")
MARTS = ("--selector", "lake_before_scores")
BY_SOURCE = {
    "core.int_order_versions": ("payload_hash", "ingest_seq"),
    "core.int_customer_days": ("order_seq", "return_seq", "rating_seq"),
    "core.int_sales_hours": ("order_seq", "return_seq"),
    "core.dim_customer_history": (),
    "core.customer_behaviour": (),
    "behaviour.sales_daily": (),
    "behaviour.buying_frequency": (),
    "behaviour.customer_days": (),
    "churn.churn_features": (),
}
DIFFERENT_BATCHES = "select count(distinct ingest_seq) from bronze.events where source = 'arrival_forward'"


class Reader(threading.Thread):
    """Counts the rows of every table over and over, until `enough` is set."""

    def __init__(self, platform: Platform, tables: list[str]) -> None:
        super().__init__(daemon=True)
        self.settings, self.tables = platform.settings, tables
        self.enough = threading.Event()
        self.seen: list[tuple[str, str]] = []
        self.refused: list[str] = []

    def run(self) -> None:
        while not self.enough.is_set():
            for table in self.tables:
                try:
                    ((rows,),) = thrift.rows(self.settings, f"select count(*) from {table}")
                    self.seen.append((table, str(rows)))
                except UserError as error:
                    self.refused.append(f"{table}: {error}")


@pytest.fixture(scope="module")
def shops(never_fed: Platform) -> Platform:
    """Three shops whose same events arrive forwards, backwards and shuffled, and one with conflicts, in three runs."""
    forward = shop()
    shuffled = random.Random(1).sample(forward, len(forward))
    events = {"arrival_forward": forward, "arrival_backward": forward[::-1], "arrival_shuffled": shuffled}
    events["conflicts"] = conflicting(forward)
    platform = never_fed
    platform.make("ingest")  # makes the topics
    for turn in range(3):
        send(platform, *(record(source, event) for source, its in events.items() for event in part(its, turn, 3)))
        platform.make("ingest")
        if turn == 1:
            # as if the run had failed behind the orders: the returns and all that counts them stay behind
            platform.dbt("run", "--select", "run_bounds", "int_order_versions", "int_customer_days")
        else:
            platform.dbt("run", *(CORE if turn == 0 else MARTS))
    return platform


def contents(platform: Platform, tables: list[str]) -> dict[str, tuple[str, str]]:
    """Return the number of rows of each table, and a sum over the hashes of all its columns."""
    query = (
        "select '{0}' as name, count(*) as many, sum(cast(xxhash64(struct(*)) as decimal(38, 0))) as hashes from {0}"
    )
    rows = platform.rows(" union all ".join(query.format(table) for table in tables), "lake")
    return {row["name"]: (row["many"], row["hashes"]) for row in rows}


def lake_tables(platform: Platform) -> list[str]:
    """Return every model of the lake that Spark has, before the scores."""
    schemas = ("core", "behaviour", "segments", "churn", "satisfaction")
    rows = [row for schema in schemas for row in platform.rows(f"show tables in {schema}", "lake")]
    return sorted(f"{row['namespace']}.{row['tableName']}" for row in rows)


def test_the_order_of_arrival_changes_no_mart(shops: Platform) -> None:
    assert int(shops.value(DIFFERENT_BATCHES, "lake")) >= 3
    for table, arrival in BY_SOURCE.items():
        columns = ", ".join(("source", *arrival))
        rows = shops.rows(
            "select source, count(*) as many, sum(cast(hash as decimal(38, 0))) as hashes from ("
            f" select source, xxhash64(struct(* except ({columns}))) as hash from {table}"
            " where source like 'arrival%') group by source",
            "lake",
        )
        hashes = {row["source"]: (row["many"], row["hashes"]) for row in rows}
        assert len(hashes) == 3, table
        assert len(set(hashes.values())) == 1, (table, hashes)


def test_a_full_refresh_changes_no_row_and_no_reader_notices(shops: Platform) -> None:
    tables = lake_tables(shops)
    assert len(tables) >= 30
    before = contents(shops, tables)
    # Two, so that each table is looked at more often than one reader's last round leaves to chance.
    readers = [Reader(shops, tables), Reader(shops, tables)]
    for reader in readers:
        reader.start()
    shops.dbt("run", *MARTS, "--full-refresh")
    for reader in readers:
        reader.enough.set()
        reader.join(120)
    after = contents(shops, tables)
    assert not [error for reader in readers for error in reader.refused]
    seen = [look for reader in readers for look in reader.seen]
    assert len(seen) > 3 * len(tables)
    assert {(table, rows) for table, rows in seen if before[table][0] != rows} == set()
    assert {name: (before[name], after[name]) for name in tables if before[name] != after[name]} == {}


def test_an_empty_run_writes_nothing(shops: Platform) -> None:
    tables = ("int_order_versions", "int_customer_days", "int_sales_hours", "int_profile_versions")
    before = [shops.rows(f"describe history core.{name} limit 1", "lake")[0]["version"] for name in tables]
    shops.dbt("run", *CORE)
    assert [shops.rows(f"describe history core.{name} limit 1", "lake")[0]["version"] for name in tables] == before


def test_what_arrived_today_is_fresh(shops: Platform) -> None:
    assert "PASS freshness of bronze.events" in shops.dbt("--no-use-colors", "source", "freshness").stdout


def test_backfill_takes_up_days_again(shops: Platform) -> None:
    tables = lake_tables(shops)
    before = contents(shops, tables)
    wrong = "update core.{} set gross_amount = 0 where source = 'arrival_forward' and {} < date '2024-01-10'"
    for name, column in (("int_order_versions", "ordered_at"), ("int_customer_days", "happened_on")):
        shops.write(wrong.format(name, column))
    assert contents(shops, tables) != before
    shops.make("backfill", FROM="2023-12-30", TO="2024-01-31")
    assert contents(shops, tables) == before


def test_backfill_names_what_is_wrong_with_its_days(platform: Platform) -> None:
    assert "FROM=2011-09-01 TO=2011-09-30" in platform.make("backfill", status=2).stderr
    assert "is not a day" in platform.make("backfill", status=2, FROM="yesterday", TO="2024-01-01").stderr
