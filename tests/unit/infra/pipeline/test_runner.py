"""Running steps: one line each, details in a log that a failure names."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from infra.pipeline.runner import run_all
from infra.pipeline.steps import Step
from spark.common.errors import UserError
from spark.common.settings import Settings, settings


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return settings({"STATE_DIR": str(tmp_path)}, env_file=tmp_path / "none")


def python(name: str, code: str) -> Step:
    return Step(name, [sys.executable, "-c", code])


def test_each_step_is_one_line_and_details_go_to_its_log(config: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run_all(
        config, [python("first", "import sys; print('detail', file=sys.stderr); print('7 rows')"), python("second", "")]
    )
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in out] == [["✓", "first"], ["✓", "second"]]
    assert out[0].endswith(" s  7 rows")
    log = config.path("log", "jobs", "first.log").read_text()
    assert "detail" in log
    assert "7 rows" in log


def test_a_failure_names_its_log_shows_its_end_and_stops_the_run(
    config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [python("bad", "import sys; print('error: the reason', file=sys.stderr); sys.exit(3)"), python("never", "")]
    with pytest.raises(UserError, match=r"bad failed with exit status 3; its log is .*bad\.log"):
        run_all(config, steps)
    captured = capsys.readouterr()
    assert "error: the reason" in captured.err
    assert "never" not in captured.out


def test_a_run_goes_to_its_end_without_a_step_that_does_not_end_it(
    config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = replace(python("bad", "import sys; print('error: the reason', file=sys.stderr); sys.exit(1)"), ends_run=False)
    (failed,) = run_all(config, [bad, python("next", "")])
    assert failed.startswith("bad failed with exit status 1; its log is ")
    captured = capsys.readouterr()
    assert [line.split()[:2] for line in captured.out.splitlines()] == [["✗", "bad"], ["✓", "next"]]
    assert "error: the reason" in captured.err


def test_verbose_shows_everything(config: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    run_all(config, [python("step", "import sys; print('seen'); print('also', file=sys.stderr)")], verbose=True)
    captured = capfd.readouterr()
    assert "seen" in captured.out
    assert "also" in captured.err
