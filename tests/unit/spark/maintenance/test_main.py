"""Which tables are looked at, by whom, and what is printed."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from common import home, locks
from common.errors import UsageError, UserError
from common.settings import read_settings
from common.webhdfs import WebHdfs
from spark.maintenance import __main__ as tool
from spark.maintenance.survey import SMALL_BYTES, Folder, commits, folders
from spark.maintenance.upkeep import Limits

LIMITS = Limits(16, 200, 168, 2)
TREE = {
    "/lake/warehouse": [("bronze.db", "streaming", 0), ("core.db", "modeler", 0)],
    "/lake/warehouse/bronze.db": [("events", "streaming", 0)],
    "/lake/warehouse/core.db": [("dim_customers", "modeler", 0), ("left_over", "modeler", 0)],
    "/lake/warehouse/bronze.db/events": [
        ("_delta_log", "streaming", 0),
        ("part-0.parquet", "streaming", 10),
        ("part-1.parquet", "streaming", SMALL_BYTES),
    ],
    "/lake/warehouse/bronze.db/events/_delta_log": [
        ("00000000000000000000.json", "streaming", 1),
        ("00000000000000000001.json", "streaming", 1),
        ("00000000000000000001.checkpoint.parquet", "streaming", 1),
        ("00000000000000000001.crc", "streaming", 1),
        ("_last_checkpoint", "streaming", 1),
    ],
    "/lake/warehouse/core.db/dim_customers/_delta_log": [("00000000000000000000.json", "modeler", 1)],
}


class Hdfs(WebHdfs):
    """HDFS that holds the tree above."""

    def call(self, method: str, path: str, operation: str, absent_ok: bool = False, **options: str) -> dict[str, Any]:
        entries = [dict(zip(("pathSuffix", "owner", "length"), one, strict=True)) for one in TREE.get(path, [])]
        return {"FileStatuses": {"FileStatus": entries}}


def table(name: str, owner: str, **changes: int) -> Folder:
    facts = {"files": 1, "small_files": 1, "bytes": 1, "commits": 1} | changes
    return Folder(name, f"/lake/warehouse/{name.replace('.', '.db/')}", owner, **facts)


def test_the_folders_of_tables_are_found_with_what_lies_in_them() -> None:
    assert list(folders(Hdfs("http://nowhere", "exporter"))) == [
        Folder("bronze.events", "/lake/warehouse/bronze.db/events", "streaming", 2, 1, 10 + SMALL_BYTES, 2),
        Folder("core.dim_customers", "/lake/warehouse/core.db/dim_customers", "modeler", 0, 0, 0, 1),
    ]


def test_only_commits_count() -> None:
    assert commits(["00000000000000000007.json", "_last_checkpoint", "00000000000000000007.compacted.json.crc"]) == 1


def test_a_table_pays_by_small_files_or_by_commits() -> None:
    assert not table("a.b", "x", small_files=15, commits=199).pays(16, 200)
    assert table("a.b", "x", small_files=16).pays(16, 200)
    assert table("a.b", "x", commits=200).pays(16, 200)


def test_each_owner_and_each_lock_is_one_process() -> None:
    due = [table("predictions.a", "learner"), table("bronze.b", "streaming"), table("bronze.a", "streaming")]
    groups = tool.by_owner([*due, table("core.c", "modeler")])
    assert [[one.name for one in group] for group in groups] == [
        ["predictions.a"],
        ["core.c"],
        ["bronze.a", "bronze.b"],
    ]


def test_tables_of_a_running_job_are_left_for_the_next_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, Path("/nowhere"))
    home.claim(settings)
    hdfs = Hdfs("http://nowhere", "exporter")
    with locks.hold(settings, "pipeline"):
        assert list(tool.keep_up(settings, hdfs, [table("predictions.a", "learner")], LIMITS)) == []
    assert "pipeline runs already" in capsys.readouterr().err


def test_a_failed_process_is_a_failure_after_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = """Deleted 3 files and directories in a total of 1 directories.
{"name": "bronze.events", "before": {"files": 9, "bytes": 9000000}, "after": {"files": 1, "bytes": 8000000}}
"""
    commands = []

    def run(command: list[str], **options: Any) -> Any:
        commands.append((command[3:], options["input"]))
        return type("Done", (), {"stdout": output, "returncode": 1})

    monkeypatch.setattr(subprocess, "run", run)
    settings = read_settings({"STATE_DIR": str(tmp_path)}, Path("/nowhere"))
    home.claim(settings)
    lines = tool.keep_up(settings, Hdfs("x", "y"), [table("bronze.events", "streaming", files=9, commits=300)], LIMITS)
    assert " ".join(next(lines).split()) == "bronze.events 9 -> 1 9.0 -> 8.0 9 -> 2 300 -> 2"
    with pytest.raises(UserError, match="the upkeep of streaming's tables failed"):
        next(lines)
    ((command, tables),) = commands
    assert command == ["--owner", "streaming", *LIMITS.arguments()]
    assert tables.startswith('{"name": "bronze.events", "path": "/lake/warehouse/bronze.db/events", "files": 9')


@pytest.mark.parametrize("argument", ["--retain-hours=0", "--log-hours=0", "--small-files=1"])
def test_a_limit_that_would_harm_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match=r"is not a whole number from \d"):
        tool.parse([argument])


def test_the_default_keeps_files_for_a_week() -> None:
    assert tool.parse([]) == LIMITS
