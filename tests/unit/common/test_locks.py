"""One writer at a time, and a lock that ends with its process."""

import errno
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common import home, locks
from common.errors import UserError, entry_point
from common.settings import ROOT, Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    home.claim(own)
    return own


def test_a_second_run_is_told_who_holds_the_lock(settings: Settings) -> None:
    message = f"replay runs already \\(process {os.getpid()}\\)"
    with locks.hold(settings, "replay"), pytest.raises(UserError, match=message), locks.hold(settings, "replay"):
        pass


def test_jobs_do_not_wait_for_each_other_nor_for_the_past(settings: Settings) -> None:
    with locks.hold(settings, "replay"), locks.hold(settings, "ingest"):
        pass
    with locks.hold(settings, "replay"):
        pass


def test_a_killed_process_frees_its_lock(settings: Settings) -> None:
    program = (
        "import sys, time; from pathlib import Path; from common import locks, settings as s\n"
        "settings = s.read_settings({'STATE_DIR': sys.argv[1]}, Path('none'))\n"
        "with locks.hold(settings, 'replay'): print('held', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(settings.state_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    with pytest.raises(UserError, match=f"process {process.pid}"), locks.hold(settings, "replay"):
        pass
    process.kill()
    process.wait()
    with locks.hold(settings, "replay"):
        pass


def test_a_state_folder_that_cannot_be_written_is_named(settings: Settings) -> None:
    settings.path("run").write_text("a file in the place of a folder")
    with pytest.raises(UserError, match=r"run/replay.lock: .*STATE_DIR"), locks.hold(settings, "replay"):
        pass


def test_who_wants_to_wait_goes_on_when_the_other_has_ended(settings: Settings) -> None:
    program = (
        "import sys; from pathlib import Path; from common import locks, settings as s\n"
        "settings = s.read_settings({'STATE_DIR': sys.argv[1], 'WAIT': '1'}, Path('none'))\n"
        "with locks.hold(settings, 'replay'): print('held', flush=True)\n"
    )
    with locks.hold(settings, "replay"):
        waits = subprocess.Popen(
            [sys.executable, "-c", program, str(settings.state_dir)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waits.stderr and f"replay runs already (process {os.getpid()}); waits" in waits.stderr.readline()
        assert waits.poll() is None
    assert waits.communicate(timeout=20)[0] == "held\n"


HEADER = (
    "Customer ID,Gender,Age,City,Membership Type,Total Spend,Items Purchased,Average Rating,Discount Applied,"
    "Days Since Last Purchase,Satisfaction Level\n1,Male,30,York,Gold,10.0,2,4.5,TRUE,10,Satisfied\n"
)
PIPELINE = [
    *(f"infra.pipeline {job}" for job in ("run", "refresh", "marts", "insights", "serving", "guard", "changed")),
    "infra.pipeline backfill --from 2025-01-01 --to 2025-01-02",
    *(f"spark {step}" for step in ("train", "score", "promote", "rollback")),
    *(f"spark.{task}.{step}" for task in ("churn", "satisfaction", "segments") for step in ("train", "score")),
    "spark.export",
]
WRITERS = [
    *((command, "pipeline") for command in PIPELINE),
    ("streaming.replay --orders {file} --mapping online_retail", "replay"),
    ("streaming.snapshot --file {file}", "snapshot"),
    # Both know what was sent by the same file of progress.
    ("streaming.import_raw", "replay"),
    ("streaming.simulate", "simulate"),
    ("streaming.ingest", "ingest"),
    ("streaming.ingest --continuous", "ingest"),
    ("streaming.recover", "ingest"),
    ("streaming.requeue --rule wrong_type", "requeue"),
    ("streaming.monitor", "monitor"),
    ("spark.maintenance", "maintenance"),
]


@pytest.mark.parametrize(("command", "lock"), WRITERS)
def test_a_writer_is_refused_while_another_writes_the_same(
    settings: Settings, command: str, lock: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings.state_dir.parent / "file.csv"
    file.write_text(HEADER)
    monkeypatch.setenv("STATE_DIR", str(settings.state_dir))
    name, *words = command.format(file=file).split()
    module = importlib.import_module(f"{name}.__main__" if (ROOT / name.replace(".", "/")).is_dir() else name)
    with locks.hold(settings, lock, "marts"), pytest.raises(SystemExit) as end:
        entry_point(module.main)(words)
    message = (
        f"error: {lock} runs already (process {os.getpid()}, marts); wait for it to end (WAIT=1 does), or stop it\n"
    )
    assert (end.value.code, *capsys.readouterr()) == (1, "", message)


def test_a_step_of_a_pipeline_does_not_wait_for_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with locks.hold(settings, "pipeline"):
        monkeypatch.setenv(locks.WITHIN, "1")
        with locks.hold(settings, "pipeline", "export"):
            pass


def test_a_daily_cycle_leaves_the_landing_to_a_stream_that_runs(settings: Settings) -> None:
    environ = {**os.environ, "STATE_DIR": str(settings.state_dir), "PORT_BASE": "23000"}
    words = [sys.executable, "-m", "streaming.ingest", "--unless-streaming"]
    with locks.hold(settings, "ingest", "stream"):
        process = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    message = f"a stream lands what arrives (process {os.getpid()}, stream)\n"
    assert (process.returncode, process.stdout, process.stderr) == (0, message, "")
    with locks.hold(settings, "ingest"):
        process = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (process.returncode, "ingest runs already" in process.stderr) == (1, True)


def test_a_full_disk_is_one_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(UserError, match="No space left on device; free space"), locks.hold(settings, "replay"):
        pass
