"""Backup of a platform that does not run: what is refused, and what is left behind."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from common import locks
from common.errors import UsageError, UserError
from common.settings import Settings, read_settings
from infra.local import backup as command
from infra.local.archive import Archive
from infra.local.backup import backup
from infra.local.backup_parts import Part
from infra.local.restore import restore
from tests.unit.infra.local.platforms import settings_of


def test_a_folder_with_something_in_it_is_refused(platform: Settings, tmp_path: Path) -> None:
    """And so is one below the platform's own, which `make reset` deletes; an empty one is taken."""
    place = tmp_path / "kept"
    place.mkdir()
    (place / "photograph").touch()
    with pytest.raises(UsageError, match=f"TO={place} is there already"):
        backup(platform, str(place), False)
    with pytest.raises(UsageError, match="is there already"):
        backup(platform, str(place / "photograph"), False)
    with pytest.raises(UsageError, match="is in the platform's own folder"):
        backup(platform, str(platform.path("kept")), False)
    (place / "photograph").unlink()
    backup(platform, str(place), False)
    with pytest.raises(UsageError, match="is there already"):
        backup(platform, str(place), False)


@pytest.mark.parametrize("job", locks.JOBS)
def test_a_job_that_runs_is_named(platform: Settings, job: str, tmp_path: Path) -> None:
    """By backup and by restore, before anything is written."""
    with locks.hold(platform, job):
        with pytest.raises(UserError, match=rf"{job} runs already \(process {os.getpid()}\)"):
            backup(platform, str(tmp_path / "kept"), False)
        with pytest.raises(UserError, match=f"{job} runs already"):
            restore(platform, str(tmp_path / "kept"))
    assert not (tmp_path / "kept").exists()


def test_a_job_that_begins_meanwhile_is_told_of_the_backup(
    platform: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every one of them, for the length of the copy."""
    messages = []

    def pack_part(*_: object) -> None:
        for job in locks.JOBS:
            with (
                pytest.raises(UserError, match=rf"process {os.getpid()}, a backup\)") as error,
                locks.hold(platform, job),
            ):
                pass
            messages.append(str(error.value))
        raise UserError("enough")

    monkeypatch.setattr(command, "pack_part", pack_part)
    with pytest.raises(UserError, match="enough"):
        backup(platform, str(tmp_path / "kept"), False)
    assert len(messages) == len(locks.JOBS)


@pytest.mark.parametrize("failure", [KeyboardInterrupt, UserError("the disk is full")])
def test_half_a_backup_is_removed(
    platform: Settings, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends it; the same command again then ends well, though a killed one has left something."""
    place, real = tmp_path / "kept", command.pack_part

    def pack_part(settings: Settings, folder: Path, part: Part) -> Archive:
        if part.name == "hdfs":
            assert (folder / "kafka.tar.zst").is_file()
            raise failure
        return real(settings, folder, part)

    with monkeypatch.context() as patch:
        patch.setattr(command, "pack_part", pack_part)
        with pytest.raises(KeyboardInterrupt if failure is KeyboardInterrupt else UserError):
            backup(platform, str(place), False)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["state"]
    (tmp_path / ".kept.partial").mkdir()
    (tmp_path / ".kept.partial" / "kafka.tar.zst").write_text("of a killed backup")
    backup(platform, str(place), False)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept", "state"]


def test_two_backups_into_one_folder_do_not_meet(
    platform: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two platforms may be told the same one; the first goes on."""
    place, real, second = tmp_path / "kept", command.pack_part, []

    def pack_part(settings: Settings, folder: Path, part: Part) -> Archive:
        with pytest.raises(UserError, match="another backup is being written"), command.scratch(place):
            pass
        second.append(part.name)
        return real(settings, folder, part)

    monkeypatch.setattr(command, "pack_part", pack_part)
    backup(platform, str(place), False)
    assert second == ["postgres", "kafka", "hdfs", "files"]


DISK = namedtuple("DISK", "total used free")


def test_space_is_asked_for_first(platform: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By backup and by restore, which name the folder and both sizes."""
    place, other = tmp_path / "kept", settings_of(tmp_path / "other", 23100)
    with monkeypatch.context() as patch:
        patch.setattr(command, "standstill", lambda *_: pytest.fail("the stores were stopped"))
        patch.setattr(shutil, "disk_usage", lambda _: DISK(0, 0, 1_050_000))
        with pytest.raises(UserError, match=rf"{tmp_path} has 1\.1 MB free, a backup may take 1\.1 MB"):
            backup(platform, str(place), False)
    assert not place.exists()
    backup(platform, str(place), False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DISK(0, 0, 1_000_000))
    with pytest.raises(UserError, match=rf"{other.state_dir} has 1\.0 MB free, the backup takes 67\.\d MB"):
        restore(other, str(place))
    assert not other.path("data").exists()


def test_a_platform_that_was_never_up_has_nothing_to_keep(tmp_path: Path) -> None:
    """Nor has one that lost a store."""
    with pytest.raises(UserError, match=r"PG_VERSION is missing: this platform was never up"):
        backup(settings_of(tmp_path / "state", 23000), str(tmp_path / "kept"), False)


def test_services_of_another_platform_are_not_kept(platform: Settings, tmp_path: Path) -> None:
    """A backup of the embedded stores would be none of the data that the jobs use."""
    settings = read_settings(
        {"STATE_DIR": str(platform.state_dir), "HDFS_URL": "hdfs://cluster:8020"}, tmp_path / "none"
    )
    with pytest.raises(UserError, match=r"HDFS_URL=hdfs://cluster:8020 is no part of the embedded platform"):
        backup(settings, str(tmp_path / "kept"), False)
