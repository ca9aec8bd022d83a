"""What is no regular file is refused before it is read, and what changed meanwhile afterwards."""

import os
from pathlib import Path

import pytest

from common.errors import UsageError
from streaming import files
from streaming.reading import opening


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    with pytest.raises(UsageError, match=r"fifo\.csv: is not a regular file"):
        files.state(tmp_path / "fifo.csv")


@pytest.mark.parametrize(
    ("name", "message"), [("/dev/zero", "is not a regular file"), (".", "is a directory"), ("none", "no such file")]
)
def test_what_has_no_lines_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        files.state(tmp_path / name)


@pytest.mark.parametrize("change", ["grown", "replaced", "gone"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("a,b\n")
    before = files.state(file)
    files.require_unchanged(file, before)
    if change == "grown":
        with file.open("a") as more:
            more.write("1,2\n")
    elif change == "replaced":
        (tmp_path / "other").write_text("c,d\n")
        (tmp_path / "other").replace(file)
    else:
        file.unlink()
    with pytest.raises(UsageError, match=r"changed while it was read|no such file"):
        files.require_unchanged(file, before)


def test_what_is_no_gzip_though_its_name_says_so_is_not_told_as_an_encoding(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv.gz"
    file.write_bytes(bytes(range(200, 256)) * 20)
    with pytest.raises(UsageError, match="is no gzip file, as its name says"):
        opening.open_file(file)
