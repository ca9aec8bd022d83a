"""A struck process leaves nobody behind, not even a child that is suspended."""

import signal
import subprocess
import sys
import time

import psutil

PROGRAM = """
import os, subprocess, sys
from tests.drills.ingest import kill_tree
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
os.kill(child.pid, {signal})
kill_tree(os.getpid())
"""


def test_a_process_that_strikes_itself_takes_its_children_with_it() -> None:
    for number in (0, int(signal.SIGSTOP)):
        process = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(signal=number)], capture_output=True, text=True, check=False
        )
        assert process.returncode == -signal.SIGKILL, process.stderr
        deadline = time.monotonic() + 5
        while psutil.pid_exists(int(process.stdout)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not psutil.pid_exists(int(process.stdout)) or psutil.Process(int(process.stdout)).status() == "zombie"
