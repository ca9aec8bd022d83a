"""The Scala classes are compiled once, and a fault in them is one line."""

from pathlib import Path

import pytest

from common.errors import UserError
from infra.local import scala
from infra.setup import cache


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "jars").symlink_to(cache.folder("jars"))
    monkeypatch.setenv("LAKEHOUSE_CACHE", str(tmp_path))
    return tmp_path / "scala"


def source(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    path = folder / "One.scala"
    path.write_text(text)
    monkeypatch.setattr(scala, "SOURCES", (path,))


def test_a_source_is_compiled_once_and_again_when_it_changes(
    cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(tmp_path, monkeypatch, "class One")
    first = scala.jar()
    written_at = first.stat().st_mtime_ns
    assert (scala.jar(), scala.jar().stat().st_mtime_ns) == (first, written_at)
    source(tmp_path, monkeypatch, "class One { def two = 2 }")
    assert scala.jar() != first
    assert len(list(cache_folder.glob("*.jar"))) == 2


def test_what_does_not_compile_leaves_nothing_and_names_its_log(
    cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source(tmp_path, monkeypatch, "class One extends Nothing0")
    with pytest.raises(UserError, match=r"error.*see .*[.]log"):
        scala.jar()
    assert list(cache_folder.glob("*.jar")) == []
