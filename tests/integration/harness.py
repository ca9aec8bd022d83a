"""A platform of the tests, on its own ports and folder, driven as a user drives his own: through make and dbt."""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from common import thrift
from common.settings import ROOT, Settings

# Each worker of pytest has a platform; a test that needs one more takes the ports above its own, `SPARE_PORTS`.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
STATE_DIR = ROOT / f".state-test-{WORKER}"
PORT_BASE = int(os.environ.get("TEST_PORT_BASE", "27000")) + 3000 * WORKER
SPARE_PORTS = PORT_BASE + 1000
# Each module brings its platform into the state that it needs, by the fixtures of conftest.py, and alone it begins from
# nothing. In this order, in two lanes of the same length, hardly any has to: what one leaves is what the next needs.
LANES = {
    "first": (
        *("setup", "never_fed", "readers", "mistakes", "whole_job", "export"),
        *("real_data", "behaviour", "rules", "pages", "dashboard", "yarn", "backup", "existing", "faults", "live"),
    ),
    "second": (
        "events_in",
        "raw_files",
        "flume",
        "stream",
        "windows",
        "monitor",
        "incremental",
        "shops",
        "guard",
        "bench_samples",
    ),
}
# A small order history with every oddity, and a file of customer totals.
SAMPLE = {
    "ORDERS": str(ROOT / "tests/fixtures/online_retail_sample.csv"),
    "MAPPING": "online_retail",
    "SOURCE": "sample",
}
SAMPLE_SNAPSHOT = ROOT / "tests/fixtures/customers_sample.csv"
VARIABLES = ("ORDERS", "MAPPING", "SNAPSHOT", "SOURCE", "SHIFT_TO", "FILE", "SERVICES", "FORCE", "VERBOSE")


def lane(module: str) -> str:
    """Return the lane of a test module, the first where none is named."""
    return next((name for name, modules in LANES.items() if module.removeprefix("test_") in modules), "first")


def place(module: str) -> int:
    """Return the place of a test module among all, the last where none is named."""
    order = [name for modules in LANES.values() for name in modules]
    name = module.removeprefix("test_")
    return order.index(name) if name in order else len(order)


def real_file(variable: str) -> Path:
    """Return a real data file, skip where it is not given, and fail where CI must have it."""
    path = os.environ.get(variable)
    if path:
        return Path(path)
    if os.environ.get("CI"):
        pytest.fail(f"{variable} is not set, and CI must not skip the tests on real data")
    pytest.skip(f"{variable} is not set: name the file to test on real data")


def wait_until(condition: Callable[[], object], seconds: float, failure: str | Callable[[], str]) -> None:
    """Ask again and again until a condition holds; fail with this message after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, failure if isinstance(failure, str) else failure()
        time.sleep(0.1)


@dataclass(frozen=True)
class Platform:
    """A platform and the commands of its user."""

    settings: Settings
    environ: dict[str, str]

    def start(self, *command: str, folder: Path = ROOT) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a terminal would."""
        return subprocess.Popen(
            command,
            cwd=folder,
            env=self.environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def call(
        self, *command: str, folder: Path = ROOT, status: int = 0, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run a command and insist on its exit status; no user ever sees a traceback."""
        process = self.start(*command, folder=folder)
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        output = f"{' '.join(command)}\n--- out\n{out[-4000:]}\n--- err\n{err[-4000:]}"
        assert process.returncode == status, f"exit status {process.returncode}, not {status}: {output}"
        assert "Traceback" not in err, output
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def make(
        self, target: str, variables: Mapping[str, str] | None = None, *, status: int = 0, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a make target with variables; a failing recipe gives make's own status, 2."""
        words = {**(variables or {}), **more}
        return self.call("make", target, *(f"{name}={value}" for name, value in words.items()), status=status)

    def python(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a module of the project."""
        return self.call(sys.executable, "-m", *arguments, status=status)

    def dbt(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run dbt by hand, in its folder."""
        return self.call(f"{sys.prefix}/bin/dbt", *arguments, folder=ROOT / "dbt_project", status=status)

    def rows(self, query: str, store: str = "serving") -> list[dict[str, str]]:
        """Return the rows of a query, as text."""
        process = self.make("sql", Q=query, STORE=store, FORMAT="csv")
        return list(csv.DictReader(io.StringIO(process.stdout)))

    def write(self, statement: str) -> None:
        """Write to the lake, as dbt does and no user can."""
        with thrift.cursor(self.settings, thrift.WRITER) as cursor:
            cursor.execute(statement)

    def value(self, query: str, store: str = "serving") -> str:
        """Return the one value of a query, as text."""
        [row] = self.rows(query, store)
        [value] = row.values()
        return value
