"""Upkeep of a real Delta table on this machine's disk: what is exactly once stays so."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from spark.maintenance.survey import commits
from spark.maintenance.upkeep import Limits, keep_up, live, trim_log

LIMITS = Limits(small_files=5, commits=10, retain_hours=1, log_hours=2)


def append(spark: SparkSession, path: str, version: int) -> None:
    (
        spark.range(10)
        .selectExpr("id", f"cast({version} as bigint) as ingest_seq")
        .coalesce(1)
        .write.format("delta")
        .mode("append")
        .option("txnAppId", "checkpoint#query")
        .option("txnVersion", version)
        .save(path)
    )


def data(path: str) -> list[str]:
    return sorted(one.name for one in Path(path).glob("*.parquet"))


def log(path: str) -> list[str]:
    return sorted(one.name for one in (Path(path) / "_delta_log").iterdir() if not one.name.startswith("."))


def age(path: str, hours: float) -> None:
    """Make everything in a table's folder older, in the order of its versions."""
    for place in (Path(path), Path(path) / "_delta_log"):
        for number, file in enumerate(sorted(one for one in place.iterdir() if one.is_file())):
            moment = time.time() - hours * 3600 + number * 0.01
            os.utime(file, (moment, moment))


def rows(spark: SparkSession, path: str) -> int:
    view = spark._jvm
    assert view is not None
    view.org.apache.spark.sql.delta.DeltaLog.clearCache()
    return spark.read.format("delta").load(path).count()


@pytest.fixture(scope="module")
def events_path(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lake") / "events"
    spark.sql(f"create table delta.`{path}` (id bigint, ingest_seq bigint) using delta")
    for version in range(12):
        append(spark, str(path), version)
    return path


@pytest.fixture
def table(events_path: Path, tmp_path: Path) -> str:
    return str(shutil.copytree(events_path, tmp_path / "events"))


def test_a_batch_that_comes_again_after_compaction_and_trimming_is_still_skipped(
    spark: SparkSession, table: str
) -> None:
    age(table, hours=3)
    before, after = keep_up(spark, table, files=12, commits=13, limits=LIMITS)
    assert (before.files, before.small_files, after.files) == (12, 12, 1)
    assert commits(log(table)) == 1, "the commits before the checkpoint are gone"
    assert [name for name in log(table) if name.endswith(".checkpoint.parquet")] == [
        "00000000000000000013.checkpoint.parquet"
    ]
    assert rows(spark, table) == 120
    append(spark, table, 11)
    append(spark, table, 3)
    assert rows(spark, table) == 120, "Delta remembers the transaction"
    append(spark, table, 12)
    assert rows(spark, table) == 130


def test_upkeep_again_changes_nothing(spark: SparkSession, table: str) -> None:
    keep_up(spark, table, files=12, commits=13, limits=LIMITS)
    files, entries = data(table), log(table)
    before, after = keep_up(spark, table, files=1, commits=1, limits=LIMITS)
    assert before == after == live(spark, table)
    assert (data(table), log(table)) == (files, entries)


def test_a_table_that_is_fine_is_left_alone(spark: SparkSession, table: str) -> None:
    entries = log(table)
    patient = Limits(small_files=100, commits=100, retain_hours=1, log_hours=2)
    before, after = keep_up(spark, table, files=12, commits=13, limits=patient)
    assert before == after
    assert log(table) == entries


def test_dead_files_go_when_they_are_over_their_time_and_not_before(spark: SparkSession, table: str) -> None:
    keep_up(spark, table, files=12, commits=0, limits=LIMITS)
    assert len(data(table)) == 13, "the twelve that were compacted are dead and not old"
    entries = log(table)
    keep_up(spark, table, files=13, commits=0, limits=LIMITS)
    assert len(data(table)) == 13
    assert commits(log(table)) == commits(entries), "a vacuum that finds nothing commits nothing"
    keep_up(spark, table, files=13, commits=0, limits=Limits(5, 10, retain_hours=0, log_hours=2))
    assert len(data(table)) == 1
    assert rows(spark, table) == 120


def test_what_is_newer_than_the_hours_stays_in_the_log(spark: SparkSession, table: str) -> None:
    trim_log(spark, table, hours=2)
    assert commits(log(table)) == 13
    assert spark.read.format("delta").option("versionAsOf", 5).load(table).count() == 50


def test_readers_and_time_travel_go_on_from_the_first_version_that_stays(spark: SparkSession, table: str) -> None:
    reader = spark.read.format("delta").load(table)
    age(table, hours=3)
    for version in range(12, 15):
        append(spark, table, version)
    trim_log(spark, table, hours=2)
    assert 3 <= commits(log(table)) < 16
    assert reader.count() == 150, "a frame from before the trimming reads on"
    assert rows(spark, table) == 150
    newest = max(int(name[:20]) for name in log(table) if name.endswith(".json"))
    assert spark.read.format("delta").option("versionAsOf", newest - 1).load(table).count() == 140


def append_all(spark: SparkSession, table: str, versions: range) -> None:
    for version in versions:
        append(spark, table, version)


def test_a_stream_goes_on_beside_it(spark: SparkSession, table: str) -> None:
    age(table, hours=3)
    with ThreadPoolExecutor(1) as pool:
        stream = pool.submit(append_all, spark, table, range(12, 20))
        while not stream.done():
            keep_up(spark, table, files=2, commits=1, limits=Limits(2, 1, retain_hours=1, log_hours=2))
        stream.result()
    assert rows(spark, table) == 200
    append(spark, table, 19)
    assert rows(spark, table) == 200
