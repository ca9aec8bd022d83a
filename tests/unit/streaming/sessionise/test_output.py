"""A file of a run is there whole and private, under a name that its content gives, or not at all."""

import stat
from pathlib import Path

import pytest

from common.errors import UserError
from streaming.sessionise.output import Output


def write(folder: Path, *lines: bytes) -> Path:
    with Output(folder, "visits") as output:
        output.add(lines)
        return output.keep("visits-shop", ".jsonl")


def test_the_same_content_has_the_same_name_and_other_content_another(tmp_path: Path) -> None:
    first = write(tmp_path / "out", b"one", b"two")
    assert first.read_bytes() == b"one\ntwo\n" and stat.S_IMODE(first.stat().st_mode) == 0o600
    assert write(tmp_path / "out", b"one", b"two") == first
    other = write(tmp_path / "out", b"one")
    assert sorted((tmp_path / "out").iterdir()) == sorted([first, other])


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError])
def test_what_is_not_kept_is_gone(tmp_path: Path, end: type[BaseException]) -> None:
    with pytest.raises(end), Output(tmp_path, "visits") as output:
        output.add([b"one"])
        [half] = tmp_path.iterdir()
        assert half.name.startswith(".visits.") and stat.S_IMODE(half.stat().st_mode) == 0o600
        raise end
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"/file: .*; free space, or name another folder by --out"):
        Output(tmp_path / "file", "visits")
