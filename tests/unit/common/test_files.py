"""A file is the old one or the new one, never a part of either."""

import errno
from pathlib import Path

import pytest

from common import files


def test_a_file_takes_the_place_of_another_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    files.replace_file(path, "ünew", 0o600)
    files.replace_file(path, b"bytes", sync=True)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("bytes", [path])
    files.replace_file(path, "ünew", 0o600)
    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == ("ünew", 0o600)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.replace_file(path, "new", sync=True)
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert files.sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("content", [None, b"", b'{"at": 1', b"\xff\xfe"])
def test_a_state_that_is_not_there_or_not_whole_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ingest.json"
    if content is not None:
        path.write_bytes(content)
    assert files.read_state(path) is None


def test_a_state_is_what_was_written(tmp_path: Path) -> None:
    files.replace_file(tmp_path / "ingest.json", '{"at": 1}')
    assert files.read_state(tmp_path / "ingest.json") == {"at": 1}
