"""Running steps: one line each, details in a log that a failure names; side by side where none waits for the other."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from common.errors import UserError
from common.settings import Settings, read_settings
from infra.local.service import NotReadyError
from infra.pipeline.runner import direct, environment
from infra.pipeline.schedule import run_all, waits
from infra.pipeline.steps import MARTS, SERVING, Step


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"STATE_DIR": str(tmp_path)}, env_file=tmp_path / "none")


def python(name: str, code: str) -> Step:
    return Step(name, [sys.executable, "-c", code])


def test_each_step_is_one_line_and_details_go_to_its_log(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_all(
        settings,
        [python("first", "import sys; print('detail', file=sys.stderr); print('7 rows')"), python("second", "")],
    )
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in out] == [["✓", "first"], ["✓", "second"]]
    assert out[0].endswith(" s  7 rows")
    log = settings.path("log", "jobs", "first.log").read_text()
    assert "detail" in log
    assert "7 rows" in log


def test_a_failure_names_its_log_shows_its_end_and_stops_the_run(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [python("bad", "import sys; print('error: the reason', file=sys.stderr); sys.exit(3)"), python("never", "")]
    with pytest.raises(UserError, match=r"bad failed with exit status 3; its log is .*bad\.log"):
        run_all(settings, steps)
    captured = capsys.readouterr()
    assert "error: the reason" in captured.err
    assert "never" not in captured.out


JAVA = """  Database Error
    Error running query: [DIVIDE_BY_ZERO] Division by zero.
    \tat org.apache.spark.sql.errors.QueryExecutionErrors$.divideByZeroError(QueryExecutionErrors.scala:230)
    \tat java.base/java.lang.Thread.run(Thread.java:840)
    Caused by: java.lang.ArithmeticException: [DIVIDE_BY_ZERO] Division by zero.
    \t... 17 more
  compiled code at target/compiled/lakehouse/models/a.sql
"""


def test_where_java_threw_an_error_is_in_the_log_and_nowhere_else(
    settings: Settings, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "said").write_text(JAVA)
    step = python("bad", f"import sys; print(open({str(tmp_path / 'said')!r}).read(), end=''); sys.exit(1)")
    with pytest.raises(UserError, match="bad failed"):
        run_all(settings, [step])
    assert settings.path("log", "jobs", "bad.log").read_text().endswith(JAVA)
    assert direct(settings, step) == 1
    captured = capfd.readouterr()
    for text in (captured.err, captured.out):
        assert "[DIVIDE_BY_ZERO] Division by zero." in text and "compiled code at" in text
        assert "Thread.java" not in text and "Caused by" not in text and "17 more" not in text


def test_a_run_goes_to_its_end_without_a_step_that_does_not_end_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = replace(python("bad", "import sys; print('error: the reason', file=sys.stderr); sys.exit(1)"), ends_run=False)
    (failed,) = run_all(settings, [bad, python("next", "")])
    assert failed.startswith("bad failed with exit status 1; its log is ")
    captured = capsys.readouterr()
    assert [line.split()[:2] for line in captured.out.splitlines()] == [["✗", "bad"], ["✓", "next"]]
    assert "error: the reason" in captured.err


def test_verbose_shows_everything(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    run_all(settings, [python("step", "import sys; print('seen'); print('also', file=sys.stderr)")], verbose=True)
    captured = capfd.readouterr()
    assert "seen" in captured.out
    assert "also" in captured.err


# Ends once another process has ended and whoever started it has taken notice, or after a minute.
OUTLIVES = """
import pathlib, sys, time
pid, deadline = pathlib.Path(sys.argv[1]), time.monotonic() + 60
while not (pid.exists() and pid.read_text().endswith(' ')) or pathlib.Path('/proc', pid.read_text().strip()).exists():
    assert time.monotonic() < deadline
    time.sleep(0.02)
print('done')
"""
LEAVES_ITS_PID = """
import os, pathlib, sys
pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} ')
raise SystemExit(1)
"""


MEETS = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
while not other.exists():
    time.sleep(0.02)
"""


def test_steps_that_do_not_wait_for_each_other_run_side_by_side(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of two waits for what the other writes; one after the other they would never end."""
    places = [str(tmp_path / "a"), str(tmp_path / "b")]
    first = Step("first", [sys.executable, "-c", MEETS, *places])
    second = Step("second", [sys.executable, "-c", MEETS, *places[::-1]], after=())
    last = replace(python("last", "print('both')"), after=("first", "second"))
    run_all(settings, [first, second, last])
    out = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[1] for line in out[:2]) == ["first", "second"]
    assert out[2].endswith("both")


def test_a_failure_lets_its_neighbour_end_and_nothing_begin(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pid = tmp_path / "pid"
    bad = python(
        "bad", f"import os, pathlib; pathlib.Path('{pid}').write_text(f'{{os.getpid()}} '); raise SystemExit(1)"
    )
    slow = replace(Step("slow", [sys.executable, "-c", OUTLIVES, str(pid)]), after=())
    with pytest.raises(UserError, match="bad failed"):
        run_all(settings, [bad, slow, replace(python("never", ""), after=("slow",))])
    out = capsys.readouterr().out
    assert "✓ slow" in out and "never" not in out


def test_a_step_begins_once_its_probe_is_content(settings: Settings) -> None:
    asked: list[float] = []

    def probe(_: Settings) -> None:
        asked.append(time.monotonic())
        if len(asked) < 3:
            raise NotReadyError("not yet")

    run_all(settings, [replace(python("fed", ""), probe=probe)])
    assert len(asked) == 3


def test_a_step_that_waits_in_vain_ends_with_the_run(settings: Settings) -> None:
    def never(_: Settings) -> None:
        raise NotReadyError("no")

    with pytest.raises(UserError, match="bad failed"):
        run_all(settings, [python("bad", "raise SystemExit(1)"), replace(python("fed", ""), after=(), probe=never)])


def test_a_step_waits_for_one_of_its_run(settings: Settings) -> None:
    with pytest.raises(ValueError, match="second waits for nobody"):
        waits([python("first", ""), replace(python("second", ""), after=("nobody",))])


LETS_GO = """
import pathlib, sys, time
try:
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(60)
except KeyboardInterrupt:
    print('let go')
"""
JOB = """
import sys
from infra.pipeline.schedule import run_all
from infra.pipeline.steps import Step
from common.settings import read_settings
program, folder = sys.argv[1:]
steps = [Step(name, [sys.executable, "-c", program, f"{folder}/{name}"], after=()) for name in ("a", "b")]
run_all(read_settings({"STATE_DIR": folder}), steps)
"""


def test_ctrl_c_stops_all_that_runs(tmp_path: Path) -> None:
    """As a terminal does not send it: to the job alone, which passes it on."""
    command = [sys.executable, "-c", JOB, LETS_GO, str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 60
    while not ((tmp_path / "a").exists() and (tmp_path / "b").exists()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode and "KeyboardInterrupt" in err
    assert ["let go" in (tmp_path / "log" / "jobs" / f"{name}.log").read_text() for name in "ab"] == [True, True]


def test_what_dbt_parsed_for_one_target_is_not_in_the_way_of_the_other(settings: Settings) -> None:
    lake, serving = (environment(settings, step)["DBT_TARGET_PATH"] for step in (MARTS, SERVING))
    assert (lake, Path(serving).parent) == (str(settings.dbt_target), settings.dbt_target)
