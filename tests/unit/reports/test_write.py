"""The file is put in place whole or not at all."""

from pathlib import Path

import pytest

from reports.__main__ import write
from spark.common.errors import UserError


def test_a_page_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out" / "report.html"
    assert write(path, "old") == 3
    assert write(path, "ünew") == 5
    assert path.read_text(encoding="utf-8") == "ünew"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(UserError, match=r"cannot write .*report\.html: .*"):
        write(tmp_path / "out" / "report.html", "page")
