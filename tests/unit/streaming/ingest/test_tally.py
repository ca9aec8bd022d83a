"""Counts that add up, gaps that are found, and a batch that ran twice."""

from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.common.errors import UserError
from streaming.ingest.landing import append_once, fingerprint
from streaming.ingest.tally import require_all, summary, table, tally
from streaming.topics import Topic

SCHEMA = (
    "topic string, topic_id string, partition int, offset bigint, ingest_seq bigint, event_id string,"
    " broken_rule string"
)
ROWS = [
    ("orders", "o", 0, 0, 1, "a", None),
    ("orders", "o", 0, 1, 1, "b", None),
    ("orders", "o", 0, 2, 2, "a", None),
    ("orders", "o", 0, 3, 2, "c", None),
    ("orders", "o", 1, 0, 3, "c", None),
    ("orders", "o", 1, 1, 3, "d", "write_off"),
    ("orders", "o", 1, 2, 3, "d", "adjustment"),
    ("returns", "r", 0, 5, 3, "a", None),
]
TOPICS = [Topic("orders", "o", {0: (0, 4), 1: (0, 3)}), Topic("returns", "r", {0: (5, 6), 1: (0, 0)})]


@pytest.fixture(scope="module")
def events(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, SCHEMA)


def test_counts_are_of_the_new_rows_and_add_up(events: DataFrame) -> None:
    orders, returns, ratings = tally(events, 1, ["orders", "returns", "ratings"])
    assert (orders.read, orders.valid, orders.duplicates) == (5, 3, 2)
    assert orders.quarantined == {"write_off": 1, "adjustment": 1}
    assert (returns.read, returns.valid, returns.duplicates, returns.quarantined) == (1, 1, 0, {})
    assert ratings.read == 0
    assert summary([orders, returns, ratings]).startswith(
        "6 events read = 4 valid (2 of them duplicates) + 2 quarantined;"
    )
    assert " ".join(table([orders]).splitlines()[1].split()) == "orders 5 3 2 2 adjustment 1, write_off 1"


def test_all_is_there(events: DataFrame) -> None:
    require_all(events, TOPICS, "/checkpoints")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("offset <> 1 or partition = 1", "orders, partition 0: 1 records of Kafka are not in bronze.events, 0 are"),
        ("offset <> 3", "orders, partition 0: 1 records of Kafka are not in bronze.events, 0 are"),
        ("topic = 'orders'", "returns, partition 0: 1 records of Kafka are not in bronze.events, 0 are"),
    ],
)
def test_what_is_missing_is_named(events: DataFrame, broken: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        require_all(events.where(broken), TOPICS, "/checkpoints")


def test_what_is_there_twice_is_named(events: DataFrame) -> None:
    with pytest.raises(UserError, match=r"partition 1: 0 records of Kafka .* 1 are there twice"):
        require_all(events.union(events.where("event_id = 'd' and offset = 1")), TOPICS, "/checkpoints")


@pytest.fixture
def landing_table(spark: SparkSession) -> Iterator[str]:
    spark.sql("create table once (n bigint) using delta")
    yield "once"
    spark.sql("drop table once")


def test_a_batch_that_runs_again_is_skipped(spark: SparkSession, landing_table: str) -> None:
    for application, version in (("a", 0), ("a", 0), ("a", 1), ("a", 1), ("b", 0)):
        append_once(spark.range(1).toDF("n"), landing_table, application, version)
    assert spark.read.table(landing_table).count() == 3


def test_topics_made_anew_have_another_checkpoint() -> None:
    assert fingerprint(TOPICS) == fingerprint(TOPICS[::-1])
    assert fingerprint(TOPICS) != fingerprint([TOPICS[0], Topic("returns", "another", {})])
