"""Rows of replayed files that no event has."""

import json
from pathlib import Path

from common.replays import Rows, rows_without_event
from common.settings import read_settings


def test_each_file_s_rows_without_an_event_are_counted_by_reason(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    assert list(rows_without_event(settings)) == []
    folder = settings.path("replays")
    folder.mkdir(parents=True)
    runs = [
        {"source": "b", "file": "b.csv", "lines": {"orders": 5, "repeated": 2, "zeros": 1, "ignored": 0}},
        {"source": "a", "file": "b.csv", "lines": {"orders": 5, "repeated": 3}},
        {"source": "orders", "file": "raw.jsonl", "summary": "a file of the raw zone counts no lines"},
    ]
    (folder / "aa.json").write_text(json.dumps({"runs": runs}))
    (folder / "bb.json").write_text("{")
    assert list(rows_without_event(settings)) == [
        Rows("a", "b.csv", 3, "repeated"),
        Rows("b", "b.csv", 1, "zeros"),
        Rows("b", "b.csv", 2, "repeated"),
    ]
