"""Which files are logs, what others are called, and what of a file is a line."""

import bz2
import gzip
import os
from pathlib import Path

import pytest

from common.errors import UserError
from streaming.sessionise import logs

LINE = b'192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326 "-" "Mozilla/5.0 (X11; Linux)"\n'


def put(folder: Path, **contents: bytes) -> Path:
    """Write files, whose names have dots for underscores, and return their folder."""
    for name, content in contents.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def lines(path: Path) -> list[tuple[int, bytes, str | None]]:
    [log], _ = logs.find(path)
    return list(logs.lines(log))


def test_a_folder_is_its_logs(tmp_path: Path) -> None:
    other = LINE.replace(b":13:", b":14:")
    put(tmp_path, access_log=LINE, access_log_1_gz=gzip.compress(other), error_log=b"2024/01/01 x", access_log_2=b"")
    put(tmp_path, _hidden=b"x", new_tmp=b"x")
    (tmp_path / "older").mkdir()
    found, passed_over = logs.find(tmp_path)
    assert [log.path.name for log in found] == ["access.log", "access.log.1.gz", "access.log.2"]
    assert sorted(passed_over) == [".hidden", "error.log", "new.tmp", "older"]
    assert found[1].head == other


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (b'{"time": "2024-03-01", "path": "/"}\n', "a log in JSON"),
        (b"#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n", "as IIS writes it"),
        (b"2024/03/01 12:00:00 [error] 7#7: *1 open() failed\n", "a log of errors"),
        (b"[Fri Mar 01 12:00:00.1 2024] [core:error] [pid 7]\n", "a log of errors"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "binary, or text in UTF-16"),
        (LINE.decode().encode("utf-16"), "binary, or text in UTF-16"),
        (b"time,path,status\n1,/,200\n", "of another format"),
        (b"x" * 100_000, "of another format"),
    ],
)
def test_what_is_no_access_log_is_called_by_its_name(tmp_path: Path, content: bytes, called: str) -> None:
    put(tmp_path, access_log=content)
    with pytest.raises(UserError, match=rf"access\.log: is .*{called}.*have the server write the format `combined`"):
        logs.find(tmp_path)


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no log in this folder"):
        logs.find(tmp_path)
    with pytest.raises(UserError, match="no such file"):
        logs.find(tmp_path / "access.log")
    put(tmp_path, a=bz2.compress(LINE), b=gzip.compress(LINE * 99)[:-20])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="is bzip2; unpack it"):
        logs.find(tmp_path / "a")
    with pytest.raises(UserError, match="the gzip file is damaged or cut short"):
        lines(tmp_path / "b")
    with pytest.raises(UserError, match="is not a regular file"):
        logs.find(tmp_path / "pipe")


def test_a_log_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    put(tmp_path, access_log_1=LINE * 2, access_log_1_gz=gzip.compress(LINE * 3), other_log=LINE.replace(b"1", b"2"))
    with pytest.raises(UserError, match=r"access\.log\.1 and .*access\.log\.1\.gz begin alike: one log twice"):
        logs.find(tmp_path)


def test_lines_have_numbers_and_the_last_one_needs_its_end(tmp_path: Path) -> None:
    line = LINE.rstrip()
    put(tmp_path, a=LINE + b"\n" + line + b"\r\n" + line[:60], empty=b"")
    assert lines(tmp_path / "a") == [(1, line, None), (3, line, None), (4, b"", logs.NO_END)]
    assert lines(tmp_path / "empty") == []


def test_a_line_longer_than_any_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LONGEST_LINE", 200)
    line = LINE.rstrip()
    put(tmp_path, a=LINE + b"x" * 999 + b"\n" + LINE)
    assert [(number, reason) for number, _, reason in lines(tmp_path / "a")] == [
        (1, None), (2, logs.TOO_LONG), (3, None)
    ]  # fmt: skip
    assert lines(tmp_path / "a")[2][1] == line


def test_a_log_may_grow_while_it_is_read_but_not_be_another(tmp_path: Path) -> None:
    put(tmp_path, a=LINE)
    [log], _ = logs.find(tmp_path / "a")
    put(tmp_path, a=LINE * 2)
    assert len(list(logs.lines(log))) == 2
    put(tmp_path, b=LINE)
    (tmp_path / "b").replace(tmp_path / "a")
    with pytest.raises(UserError, match="was rotated while it was read; nothing was written"):
        list(logs.lines(log))
