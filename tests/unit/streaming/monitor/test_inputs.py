"""A baseline that cannot be read: a monitor that runs goes on and says so, one that starts ends with the remedy."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from common.errors import UserError
from common.settings import read_settings
from common.shutdown import Stop
from streaming.contract_files import ContractFiles
from streaming.monitor.inputs import Inputs
from streaming.monitor.orders.baseline import Baseline

GONE = "the lake has no table live.baseline_customers; run `make up` first"


@pytest.fixture
def said() -> list[str | None]:
    """What the inputs have told of themselves."""
    return []


@pytest.fixture
def inputs(tmp_path: Path, said: list[str | None], monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """Inputs whose table of the baseline is gone."""

    def fail(self: Inputs) -> None:
        raise UserError(GONE)

    monkeypatch.setattr(Inputs, "take_newest", fail)
    monkeypatch.setattr("streaming.monitor.inputs.SECONDS_BETWEEN_LOOKS", -1.0)
    settings, spark = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none"), None
    inputs = Inputs(spark, settings, ContractFiles(tmp_path), Stop())  # type: ignore[arg-type]
    inputs.note = said.append
    return inputs


def test_one_that_starts_ends_with_the_remedy(inputs: Inputs) -> None:
    with pytest.raises(UserError, match="run `make up` first"):
        inputs.look()


def test_one_that_runs_goes_on_with_what_it_knows(
    inputs: Inputs, said: list[str | None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frame: Any = None
    inputs.past, inputs.looked = Baseline(datetime(2025, 1, 1), frame, frame), 1.0
    before = inputs.version()
    assert inputs.version() == before
    monkeypatch.setattr(Inputs, "take_newest", lambda self: None)
    inputs.look()
    problem = f"goes on with what it knows of the past, since {GONE}"
    assert said == [problem, problem, None]
    assert capsys.readouterr().err.count(problem) == 1


def test_marts_that_give_no_baseline_are_said_once(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = iter(["no table core.run_bounds", "no table core.run_bounds", "HDFS is away"])

    def fail(spark: object) -> None:
        raise UserError(next(reasons))

    monkeypatch.setattr("streaming.monitor.inputs.run_bounds", fail)
    for _ in range(3):
        inputs.learn(datetime(2025, 1, 1))
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "no table core.run_bounds",
        "HDFS is away",
    ]
