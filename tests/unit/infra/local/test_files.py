"""How configuration is written."""

from pathlib import Path

import pytest

from common.errors import UserError
from infra.local import files


def test_a_file_has_its_mode_and_is_left_alone_when_it_is_the_same(tmp_path: Path) -> None:
    """An unchanged file keeps its time, so that nothing restarts for it."""
    path = files.write(tmp_path / "a" / "secret", "x", files.PRIVATE)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.stat().st_mtime_ns, path.stat().st_ino
    files.write(path, "x", files.PRIVATE)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    files.write(path, "y", files.PRIVATE)
    assert path.read_text() == "y"
    assert [each.name for each in path.parent.iterdir()] == ["secret"]


def test_a_mode_that_was_widened_is_mended(tmp_path: Path) -> None:
    """The same text with another mode is not the same file."""
    path = files.write(tmp_path / "secret", "x", files.PRIVATE)
    path.chmod(0o644)
    assert files.write(path, "x", files.PRIVATE).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file where a folder should be stands for every reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"cannot write .*STATE_DIR"):
        files.write(tmp_path / "file" / "below", "x")


def test_xml_is_escaped() -> None:
    """A value may hold what XML reserves."""
    assert "<name>a</name><value>1 &lt; 2 &amp; 3</value>" in files.xml({"a": "1 < 2 & 3"})


def test_a_backslash_in_a_property_is_doubled() -> None:
    """Java reads a single one as the start of an escape."""
    assert files.properties({"a": "b\\c"}, " ") == "a b\\\\c\n"


def test_a_digest_follows_the_content(tmp_path: Path) -> None:
    """The supervisor restarts a daemon by it."""
    path = files.write(tmp_path / "a", "1")
    first = files.digest([path])
    assert files.digest([files.write(path, "1")]) == first
    assert files.digest([files.write(path, "2")]) != first
