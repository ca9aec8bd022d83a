"""The revision is the commit of this very folder, or says that it is not known."""

import subprocess
from pathlib import Path

from common import revision


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(
        ["git", "-C", folder, *who, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_repository_gives_its_commit_and_says_what_is_not_committed(tmp_path: Path) -> None:
    (tmp_path / "code").write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "code")
    git(tmp_path, "commit", "-qm", "code")
    commit = git(tmp_path, "rev-parse", "--short=12", "HEAD")
    assert revision.code_revision(tmp_path) == commit
    (tmp_path / "code").write_text("2")
    assert revision.code_revision(tmp_path) == f"{commit}-dirty"
    (tmp_path / "unpacked").mkdir()
    assert revision.commit(tmp_path / "unpacked") is None


def test_no_repository_and_no_release_is_unknown(tmp_path: Path) -> None:
    assert revision.code_revision(tmp_path) == revision.release()
    assert revision.release() in (revision.UNKNOWN, "0.1.0")
