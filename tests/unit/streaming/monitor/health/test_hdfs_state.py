"""What is wrong with HDFS, by what it says of itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from common.settings import read_settings
from streaming.monitor.health.hdfs_state import hdfs_problem, problem_of


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"FSState": "Operational", "NumLiveDataNodes": 1}, None),
        ({"FSState": "Operational", "NumLiveDataNodes": 0}, "HDFS has no DataNode; `make up` starts it"),
        ({"FSState": "safeMode", "NumLiveDataNodes": 1}, "HDFS is in safe mode"),
    ],
)
def test_what_the_namenode_says(state: dict[str, object], words: str | None) -> None:
    problem = problem_of(json.dumps({"beans": [state]}).encode())
    assert problem == words or (problem and words and problem.startswith(words))


@pytest.mark.parametrize("answer", [b"", b"<html>forbidden</html>", b'{"beans": []}', b"[]"])
def test_one_that_tells_nothing_of_itself_is_not_found_fault_with(answer: bytes) -> None:
    assert problem_of(answer) is None


def test_one_that_does_not_answer_is_named_with_the_remedy(tmp_path: Path) -> None:
    settings = replace(read_settings({}, tmp_path / "none"), webhdfs_url="http://localhost:1")
    assert (hdfs_problem(settings) or "").startswith("HDFS does not answer; `make up` starts it")
