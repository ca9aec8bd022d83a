"""One writer at a time, and a lock that ends with its process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spark.common import home, locks
from spark.common.errors import UserError
from spark.common.settings import ROOT, Settings, settings


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    found = settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    home.claim(found)
    return found


def test_a_second_run_is_told_who_holds_the_lock(config: Settings) -> None:
    message = f"replay runs already \\(process {os.getpid()}\\)"
    with locks.hold(config, "replay"), pytest.raises(UserError, match=message), locks.hold(config, "replay"):
        pass


def test_jobs_do_not_wait_for_each_other_nor_for_the_past(config: Settings) -> None:
    with locks.hold(config, "replay"), locks.hold(config, "ingest"):
        pass
    with locks.hold(config, "replay"):
        pass


def test_a_killed_process_frees_its_lock(config: Settings) -> None:
    program = (
        "import sys, time; from pathlib import Path; from spark.common import locks, settings as s\n"
        "config = s.settings({'STATE_DIR': sys.argv[1]}, Path('none'))\n"
        "with locks.hold(config, 'replay'): print('held', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(config.state_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    with pytest.raises(UserError, match=f"process {process.pid}"), locks.hold(config, "replay"):
        pass
    process.kill()
    process.wait()
    with locks.hold(config, "replay"):
        pass


def test_a_state_folder_that_cannot_be_written_is_named(config: Settings) -> None:
    config.path("run").write_text("a file in the place of a folder")
    with pytest.raises(UserError, match=r"run/replay.lock: .*STATE_DIR"), locks.hold(config, "replay"):
        pass


def test_who_wants_to_wait_goes_on_when_the_other_has_ended(config: Settings) -> None:
    program = (
        "import sys; from pathlib import Path; from spark.common import locks, settings as s\n"
        "config = s.settings({'STATE_DIR': sys.argv[1], 'WAIT': '1'}, Path('none'))\n"
        "with locks.hold(config, 'replay'): print('held', flush=True)\n"
    )
    with locks.hold(config, "replay"):
        waits = subprocess.Popen(
            [sys.executable, "-c", program, str(config.state_dir)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waits.stderr and f"replay runs already (process {os.getpid()}); waits" in waits.stderr.readline()
        assert waits.poll() is None
    assert waits.communicate(timeout=20)[0] == "held\n"


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "refresh",
        "marts",
        "insights",
        "serving",
        "guard",
        "changed",
        "backfill --from 2025-01-01 --to 2025-01-02",
    ],
)
def test_whatever_lets_dbt_write_is_refused_while_another_does(config: Settings, command: str) -> None:
    environ = {**os.environ, "STATE_DIR": str(config.state_dir), "PORT_BASE": "23000"}
    words = [sys.executable, "-m", "infra.pipeline", *command.split()]
    with locks.hold(config, "pipeline"):
        done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    said = f"error: pipeline runs already (process {os.getpid()}); wait for it to end (WAIT=1 does), or stop it\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
