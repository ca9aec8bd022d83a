"""A checkpoint that agrees with bronze is used; every other one is refused before anything is read."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from common.errors import UserError
from streaming.commit import append_once, is_new, last_transaction
from streaming.folder import Folder
from streaming.ingest.checkpoint import Checkpoint, Identity, Plan

IDS = {"orders": "a", "returns": "b"}
START = {"orders": {0: 5, 1: 0}, "returns": {0: 0}}


@pytest.fixture
def checkpoint(spark: SparkSession, tmp_path: Path) -> Checkpoint:
    one = Checkpoint(spark, Folder(spark, f"file://{tmp_path}/events"))
    assert not one.exists()
    one.create(Identity.fresh(11, START, IDS))
    return one


def batches(tmp_path: Path, planned: int, finished: int) -> None:
    """Write what Spark writes of its batches."""
    for folder, count in (("offsets", planned), ("commits", finished)):
        (tmp_path / "events" / folder).mkdir(exist_ok=True)
        for number in range(count + 1):
            ends = json.dumps({"orders": {"0": 10 + number, "1": number}})
            (tmp_path / "events" / folder / str(number)).write_text(f"v1\n{{}}\n{ends}")


def test_a_new_checkpoint_begins_where_it_was_told(checkpoint: Checkpoint) -> None:
    assert checkpoint.exists()
    assert (checkpoint.last_planned(), checkpoint.last_finished(), checkpoint.seq(0)) == (-1, -1, 11)
    assert checkpoint.next_offsets(-1) == START
    assert checkpoint.topic_ids(checkpoint.plan(0)) == IDS


@pytest.mark.parametrize(
    ("planned", "finished", "last", "following"),
    [
        (2, 2, 2, {0: 12, 1: 2}),  # all is finished
        (2, 1, 1, {0: 11, 1: 1}),  # the last was planned, and did not land
        (2, 1, 2, {0: 12, 1: 2}),  # it landed, and Spark does not know yet
        (0, -1, -1, START["orders"]),
        (0, -1, 0, {0: 10, 1: 0}),
    ],
)
def test_what_a_crash_can_leave_is_gone_on_from(
    checkpoint: Checkpoint, tmp_path: Path, planned: int, finished: int, last: int, following: dict[int, int]
) -> None:
    batches(tmp_path, planned, finished)
    assert checkpoint.next_offsets(last) == {"orders": following, "returns": {0: 0}}


@pytest.mark.parametrize(
    ("planned", "finished", "last", "message"),
    [
        (2, 0, 0, "batch 2 is the last that was planned, 0 the last that was finished"),
        (1, 2, 2, "batch 1 is the last that was planned, 2 the last that was finished"),
        (1, 1, 2, "batch 2 is the last in bronze.events, 1 the last in the checkpoint"),
        (2, 2, 1, "batch 1 is the last in bronze.events, 2 the last in the checkpoint"),
        (3, 2, -1, "batch -1 is the last in bronze.events, 3 the last in the checkpoint"),
    ],
)
def test_what_no_crash_can_leave_is_refused(
    checkpoint: Checkpoint, tmp_path: Path, planned: int, finished: int, last: int, message: str
) -> None:
    batches(tmp_path, planned, finished)
    with pytest.raises(UserError, match=message + ".*make recover"):
        checkpoint.next_offsets(last)


@pytest.mark.parametrize(("name", "number"), [("identity.json", None), ("offsets/1", 1), ("plans/0", 0)])
def test_a_file_that_was_cut_short_is_named(
    checkpoint: Checkpoint, tmp_path: Path, name: str, number: int | None
) -> None:
    batches(tmp_path, 1, 1)
    checkpoint.write_plan(0, Plan(load(FOLDER), {"orders": "id"}))
    path = tmp_path / "events" / name
    path.write_text(path.read_text()[:7])
    (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
    with pytest.raises(UserError, match=f"{name} cannot be read.*make recover"):
        Checkpoint(checkpoint.spark, checkpoint.folder).next_offsets(1)
        checkpoint.plan(5)


def test_a_plan_holds_from_its_batch_on(checkpoint: Checkpoint) -> None:
    first, second = Plan(load(FOLDER), {"orders": "a"}), Plan(load(FOLDER), {"orders": "b"})
    checkpoint.write_plan(0, first)
    checkpoint.write_plan(4, second)
    checkpoint.write_plan(4, second)
    assert [checkpoint.plan(number) for number in (0, 3, 4, 9)] == [first, first, second, second]
    plan = checkpoint.plan(0)
    assert plan and plan.contracts == load(FOLDER)


def test_delta_knows_the_last_batch_of_an_application(spark: SparkSession, tmp_path: Path) -> None:
    table = f"{tmp_path}/table"
    spark.range(0).toDF("n").write.format("delta").save(table)
    nothing, rows = last_transaction(spark, table, "a"), spark.range(1).toDF("n")
    assert (nothing.version, nothing.table_version) == (-1, 0)
    first = append_once(rows, table, "a", 0, nothing)
    assert first == last_transaction(spark, table, "a")
    assert append_once(rows, table, "a", 0, first) is None, "a batch that runs again is skipped"
    assert append_once(rows, table, "a", 0, nothing) is None, "and one that another process committed meanwhile"
    append_once(rows, table, "b", 7, nothing)
    assert append_once(rows, table, "a", 1, first)
    assert (last_transaction(spark, table, "a").version, last_transaction(spark, table, "b").version) == (1, 7)
    assert spark.read.format("delta").load(table).count() == 3


def test_write_transactions_and_newness_are_known_with_and_without_a_checksum(
    spark: SparkSession, tmp_path: Path
) -> None:
    table = f"{tmp_path}/table"
    spark.sql(f"create table delta.`{table}` (n bigint) using delta")
    assert is_new(spark, table)
    append_once(spark.range(1).toDF("n"), table, "a", 3, last_transaction(spark, table, "a"))
    noted = last_transaction(spark, table, "a")
    assert (noted.version, is_new(spark, table)) == (3, False)
    for checksum in (tmp_path / "table" / "_delta_log").glob("*.crc"):
        checksum.unlink()
    assert spark._jvm
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    assert (last_transaction(spark, table, "a"), is_new(spark, table)) == (noted, False)


def test_a_folder_is_moved_aside_under_a_free_name(checkpoint: Checkpoint, tmp_path: Path) -> None:
    assert checkpoint.folder.move_aside().endswith("events.old-1")
    checkpoint.create(Identity.fresh(12, START, IDS))
    assert checkpoint.folder.move_aside().endswith("events.old-2")
    assert not checkpoint.exists()
    assert (tmp_path / "events.old-1" / "identity.json").is_file()
