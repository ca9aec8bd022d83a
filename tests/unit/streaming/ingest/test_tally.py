"""Counts that add up, of the new batches alone."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from pyspark.sql import DataFrame, SparkSession

from common.lake_paths import table_folder
from common.lake_reader import LakeTable, open_table
from common.settings import read_settings
from streaming.ingest.tally import arrivals, summary, table, tally

ARROW = pa.schema([("topic", pa.string()), ("ingest_seq", pa.int64()), ("broken_rule", pa.string())])
ROWS = [
    ("orders", 1, None, "2025-01-01 00:00:01"),
    ("orders", 2, None, "2025-01-01 00:00:02"),
    ("orders", 3, "write_off", "2025-01-01 00:00:03"),
    ("orders", 3, "adjustment", "2025-01-01 00:00:04"),
    ("returns", 3, None, "2025-01-01 00:00:05"),
]


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        ROWS, "topic string, ingest_seq bigint, broken_rule string, arrived_at string"
    ).selectExpr(
        *("topic", "ingest_seq", "broken_rule", "cast(arrived_at as timestamp) as arrived_at"),
        "cast(arrived_at as timestamp) - interval 1 second as occurred_at",
    )


@pytest.fixture
def landed_events(tmp_path: Path) -> LakeTable:
    """Return the rows as a table of the lake, a file for each batch."""
    names = ("topic", "ingest_seq", "broken_rule")
    folder = Path(f"{tmp_path}{table_folder('bronze.events')}")
    for batch in (1, 2, 3):
        rows = [dict(zip(names, row, strict=False)) for row in ROWS if row[1] == batch]
        write_deltalake(str(folder), pa.Table.from_pylist(rows, schema=ARROW), mode="append")
    return open_table(read_settings({"HDFS_URL": f"file://{tmp_path}"}, Path("/nowhere")), "bronze.events")


def test_counts_are_of_the_new_batches_and_add_up(landed_events: LakeTable) -> None:
    orders, returns, ratings = tally(landed_events, 2, ["orders", "returns", "ratings"])
    assert (orders.read, orders.valid, orders.quarantined) == (3, 1, {"write_off": 1, "adjustment": 1})
    assert (returns.read, returns.valid, returns.quarantined) == (1, 1, {})
    assert ratings.read == 0
    assert summary([orders, returns, ratings]).startswith("4 events read = 2 valid + 2 quarantined;")
    assert " ".join(table([orders]).splitlines()[1].split()) == "orders 3 1 2 adjustment 1, write_off 1"


def test_arrivals_are_of_a_range_of_batches(events: DataFrame) -> None:
    (orders,) = arrivals(events, 1, 2)
    assert (orders.topic, orders.quarantined, orders.arrived_at) == ("orders", 0, 1735689602.0)
    assert {row.topic: row.quarantined for row in arrivals(events, 0, 3)} == {"orders": 2, "returns": 0}


def test_the_newest_event_is_a_valid_one(events: DataFrame) -> None:
    newest = {row.topic: (row.arrived_at, row.occurred_at) for row in arrivals(events, 0, 3)}
    assert newest == {"orders": (1735689604.0, 1735689601.0), "returns": (1735689605.0, 1735689604.0)}
