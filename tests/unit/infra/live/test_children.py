"""A program below `make live`: started out of the terminal's reach, ended by what Ctrl-C would send, its last words."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from common.settings import ROOT
from infra.live.children import Child

POLITE = """
import signal, sys, time
def end(*_):
    print("the last batch is there")
    print("stopped; run the same command again to go on")
    sys.exit(130)
signal.signal(signal.SIGINT, end)
print("begun")
time.sleep(60)
"""
DEAF = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('begun')\ntime.sleep(60)"


def start_child(folder: Path, program: str) -> Child:
    """Return a program that has said its first words."""
    child = Child("one", (sys.executable, "-c", program), folder / "live" / "one.log")
    child.start()
    deadline = time.monotonic() + 20
    while child.last_line() != "begun":
        assert time.monotonic() < deadline, child.last_line()
        time.sleep(0.02)
    return child


def test_it_is_in_a_group_of_its_own_and_ends_as_by_ctrl_c(tmp_path: Path) -> None:
    child = start_child(tmp_path, POLITE)
    assert child.process
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgid(0)
    assert child.status is None
    child.end()
    assert child.status == 130
    assert child.last_line() == "the last batch is there"


def test_it_ends_where_whoever_began_it_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from infra.live.children import Child\n"
        "Child('one', (sys.executable, '-c', sys.argv[1]), Path(sys.argv[2])).start()\n"
        "time.sleep(60)"
    )
    log = tmp_path / "one.log"
    parent = subprocess.Popen([sys.executable, "-c", program, POLITE, str(log)], cwd=ROOT)
    child, deadline = Child("one", (), log), time.monotonic() + 20
    while child.last_line() != "begun" and time.monotonic() < deadline:
        time.sleep(0.02)
    parent.kill()
    parent.wait()
    while child.last_line() != "the last batch is there":
        assert time.monotonic() < deadline, child.last_line()
        time.sleep(0.02)


def test_one_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.live.children.SECONDS_TO_END", 0.2)
    child = start_child(tmp_path, DEAF)
    child.end()
    assert child.status == -9


def test_one_that_never_began_has_neither_status_nor_words(tmp_path: Path) -> None:
    child = Child("one", (sys.executable, "-c", ""), tmp_path / "one.log")
    child.end()
    assert (child.status, child.last_line()) == (None, "")


def test_a_line_that_was_written_over_counts_as_it_is_now(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    log.write_text("first\n50 sent\r\x1b[K" + "60 sent\n\n")
    assert Child("one", (), log).last_line().endswith("60 sent")
