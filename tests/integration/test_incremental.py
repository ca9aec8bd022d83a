"""Incremental runs give what a full refresh gives: in any order of arrival, and after a run that failed half way."""

import random
import threading
from datetime import timedelta

import pytest

from common import thrift
from common.errors import UserError
from tests.integration.arrivals import conflicting, moved, part, record, shop
from tests.integration.events import send
from tests.integration.harness import Platform

STAGED = ("path:models/staging", "path:models/intermediate")
CORE = ("--select", "+run_bounds", *STAGED, "--exclude", "int_products_bought")
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
# What two shops of the same events have in common, where one has them at the same hours of another zone, or long ago.
BY_CLOCK = {
    "behaviour.sales_daily": (),
    "behaviour.purchase_calendar": (),
    "behaviour.cohort_retention": (),
    "behaviour.buying_frequency": ("as_of",),
    "behaviour.customer_days": ("as_of",),
    "core.customer_behaviour": ("as_of", "first_ordered_at", "last_ordered_at"),
    "churn.churn_features": ("as_of",),
    "segments.customer_segments": ("as_of",),
    "segments.segment_movements": ("as_of", "from_as_of"),
}
BY_AGE = ("behaviour.buying_frequency", "core.customer_behaviour", "churn.churn_features", "segments.customer_segments")
TOKYO, LONG_AGO = timedelta(hours=-9), timedelta(days=-2800)
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
    """Shops whose same events arrive forwards, backwards, shuffled, of Tokyo, of long ago, conflicting; in 3 runs."""
    forward = shop()
    shuffled = random.Random(1).sample(forward, len(forward))
    events = {"arrival_forward": forward, "arrival_backward": forward[::-1], "arrival_shuffled": shuffled}
    events["conflicts"] = conflicting(forward)
    events["tokyo"], events["long_ago"] = moved(forward, TOKYO), moved(forward, LONG_AGO)
    platform = never_fed
    platform.make("declare", SOURCE="tokyo", TIME_ZONE="Asia/Tokyo")  # makes the topics
    for turn in range(3):
        send(platform, *(record(source, event) for source, its in events.items() for event in part(its, turn, 3)))
        platform.make("ingest")
        if turn == 1:
            # as if the run had failed behind the orders: the returns and all that counts them stay behind
            platform.dbt("run", "--select", "+run_bounds", "int_order_versions", "int_customer_days")
        else:
            platform.dbt("run", *(CORE if turn == 0 else MARTS))
    return platform


def contents(platform: Platform, tables: list[str]) -> dict[str, tuple[str, str]]:
    """Return the number of rows of each table, and a sum over the hashes of all its columns."""
    query = (
        "select '{0}' as name, count(*) as many,"
        " sum(cast(xxhash64(to_json(struct(*))) as decimal(38, 0))) as hashes from {0}"
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
        hashes = hashes_by_source(shops, table, ("source", *arrival))
        hashes = {source: own for source, own in hashes.items() if source.startswith("arrival")}
        assert len(hashes) == 3, table
        assert len(set(hashes.values())) == 1, (table, hashes)


def test_a_shop_answers_by_its_own_clock_whoever_is_beside_it(shops: Platform) -> None:
    for table, moments in BY_CLOCK.items():
        hashes = hashes_by_source(shops, table, ("source", *moments))
        assert hashes["tokyo"] == hashes["arrival_forward"], table
        assert table not in BY_AGE or hashes["long_ago"] == hashes["arrival_forward"], table
    days = {row["source"]: row for row in shops.rows("select * from core.run_bounds", "lake")}
    assert days["tokyo"]["as_of_day"] == days["arrival_forward"]["as_of_day"]
    assert days["tokyo"]["as_of"][11:16] == "15:00"


def hashes_by_source(platform: Platform, table: str, left_out: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Return, by source, the number of rows of a table and a sum over the hashes of its columns but those left out."""
    rows = platform.rows(
        "select source, count(*) as many, sum(cast(hash as decimal(38, 0))) as hashes from ("
        f" select source, xxhash64(to_json(struct(* except ({', '.join(left_out)})))) as hash from {table}"
        ") group by source",
        "lake",
    )
    return {row["source"]: (row["many"], row["hashes"]) for row in rows}


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


def test_a_zone_that_changes_asks_for_a_full_refresh_and_is_right_after_it(shops: Platform) -> None:
    tables = {table: ("source", *moments) for table, moments in BY_CLOCK.items()}
    before = {table: hashes_by_source(shops, table, left_out) for table, left_out in tables.items()}
    shops.make("declare", SOURCE="tokyo", TIME_ZONE="UTC")
    shops.make("ingest")
    refused = shops.dbt("--no-use-colors", "run", *CORE, status=1).stdout
    named = "int_order_versions has the days of tokyo by another time zone than was declared; run `dbt build"
    assert named in refused
    make_old(shops)
    refused = shops.dbt("--no-use-colors", "run", *CORE, status=1).stdout
    assert "int_order_versions was built before it had time_zone; run `dbt build --full-refresh` once" in refused
    shops.dbt("run", *MARTS, "--full-refresh")
    for table, left_out in tables.items():
        after = hashes_by_source(shops, table, left_out)
        is_other = after.pop("tokyo") != before[table].pop("tokyo")
        assert is_other or table != "behaviour.purchase_calendar"
        assert after == before[table], table


def make_old(platform: Platform) -> None:
    """Give the lake the shape that it had when it knew one clock and no zones."""
    platform.write(
        "create or replace table core.run_bounds using delta as "
        "select max(as_of) as as_of, max(newest_event_at) as newest_event_at, 1l as max_ingest_seq from core.run_bounds"
    )
    platform.write(
        "create or replace table core.int_order_versions using delta as "
        "select * except (time_zone) from core.int_order_versions"
    )
    platform.write("drop table core.run_batches")
    platform.write("drop table core.dim_sources")


def test_backfill_names_what_is_wrong_with_its_days(platform: Platform) -> None:
    assert "FROM=2011-09-01 TO=2011-09-30" in platform.make("backfill", status=2).stderr
    assert "is not a day" in platform.make("backfill", status=2, FROM="yesterday", TO="2024-01-01").stderr
