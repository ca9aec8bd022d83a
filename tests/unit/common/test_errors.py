"""What is said of an engine's failure: why, in one line; and with which status a program ends."""

import signal
import subprocess
import sys

import pytest

from common.errors import first_line
from common.settings import ROOT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\n  disk full\nat x.y", "disk full"),
        ("An error occurred while calling o7.commit.\n: java.lang.Error: quota\n\tat z", "java.lang.Error: quota"),
        ("Query [id = 1] terminated with exception: no broker", "no broker"),
        (
            "[FOREACH] Query [id = 1] terminated with exception: An exception was raised by the Python Proxy. "
            'Return Message: Traceback (most recent call last):\n  File "clientserver.py", line 617, in _call_proxy\n'
            "    return_value = call(*params)\nalerts.StoreError: PostgreSQL is away: start it\n\n\tat py4j.X\n"
            "=== Streaming Query ===\nIdentifier: alerts [id = 1]",
            "PostgreSQL is away: start it",
        ),
        ("", "ValueError"),
        ("x" * 999, "x" * 300),
    ],
)
def test_a_failure_is_one_line(text: str, message: str) -> None:
    assert first_line(ValueError(text)) == message


def test_what_a_library_leaves_running_does_not_change_the_exit_status() -> None:
    """The negative control: the same program aborts where Python clears up."""
    program = (
        "import atexit, os\nfrom common.errors import entry_point, run_and_leave\natexit.register(os.abort)\n"
        "main = entry_point(lambda: print('done'))\n"
    )
    left, cleared = (
        subprocess.run([sys.executable, "-c", program + end], capture_output=True, text=True, cwd=ROOT, check=False)
        for end in ("run_and_leave(main)", "main()")
    )
    assert (left.returncode, left.stdout) == (0, "done\n")
    assert cleared.returncode == -signal.SIGABRT
