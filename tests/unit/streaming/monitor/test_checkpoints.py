"""A checkpoint that the engine cannot go on from is left, one that it can is not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from common.lake_paths import MONITOR_CHECKPOINTS
from common.settings import Settings, read_settings
from streaming.monitor.checkpoints import Checkpoint, is_damage

TOPICS = {"orders": "id-1"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(read_settings({}), hdfs_url=f"file://{tmp_path}")


@pytest.fixture
def folder(settings: Settings) -> Path:
    return Path(settings.hdfs_url.removeprefix("file://") + f"{MONITOR_CHECKPOINTS}/speed")


def run_batches(folder: Path, planned: int, finished: int) -> None:
    """Write what the engine leaves behind, as far as it is looked at."""
    for name, count in (("offsets", planned), ("commits", finished)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / name / str(number)).write_text("v1")
    (folder / "metadata").write_text("{}")


def test_a_new_checkpoint_begins_and_an_old_one_goes_on(spark: SparkSession, settings: Settings, folder: Path) -> None:
    checkpoint = Checkpoint(spark, settings, "speed")
    assert checkpoint.open(TOPICS)
    assert json.loads((folder / "identity.json").read_text())["topics"] == TOPICS
    run_batches(folder, planned=3, finished=2)
    assert not checkpoint.open(TOPICS)
    assert not checkpoint.open({**TOPICS, "visits": "id-2"})
    assert not (folder.parent / "speed.old-1").exists()


@pytest.mark.parametrize("lost", ["offsets", "metadata", "identity.json", "the newest offsets"])
def test_what_is_damaged_is_left(
    spark: SparkSession, settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str], lost: str
) -> None:
    checkpoint = Checkpoint(spark, settings, "speed")
    checkpoint.open(TOPICS)
    run_batches(folder, planned=3, finished=3)
    if lost == "the newest offsets":
        (folder / "offsets" / "2").unlink()
    else:
        (folder / lost).rename(folder / "lost")
    assert checkpoint.open(TOPICS)
    assert (folder.parent / "speed.old-1").exists()
    assert "monitor, speed: its checkpoint is of no use" in capsys.readouterr().err


def test_a_topic_that_was_created_again_is_read_from_its_first(
    spark: SparkSession, settings: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = Checkpoint(spark, settings, "speed")
    checkpoint.open(TOPICS)
    run_batches(folder, planned=1, finished=1)
    assert checkpoint.open({"orders": "id-9"})
    assert "topic orders was created again" in capsys.readouterr().err


def test_one_that_was_begun_elsewhere_is_left(
    spark: SparkSession, settings: Settings, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Checkpoint(spark, settings, "speed").open(TOPICS)
    run_batches(folder, planned=1, finished=1)
    folder.parent.parent.rename(tmp_path / "moved")
    moved = replace(settings, hdfs_url=f"file://{tmp_path}/elsewhere")
    new = tmp_path / "elsewhere" / folder.relative_to(tmp_path)
    new.parents[1].parent.mkdir(parents=True)
    (tmp_path / "moved").rename(new.parents[1])
    assert Checkpoint(spark, moved, "speed").open(TOPICS)
    assert f"it was begun at file://{folder}" in capsys.readouterr().err


def test_an_outage_is_no_damage() -> None:
    assert is_damage(RuntimeError("[CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE] a file is missing"))
    assert not is_damage(RuntimeError("Call to namenode failed on connection exception"))
