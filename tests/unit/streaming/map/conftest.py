"""Where the rows of a file are staged."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are staged below the test's folder."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
