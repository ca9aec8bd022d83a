"""Daemons killed, power cut, ports taken, folders that cannot be written: one clear line, and nothing lost."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local import supervise
from tests.integration.harness import SPARE_PORTS, Platform, wait_until

pytestmark = pytest.mark.usefixtures("sample_job")

DAEMONS = ("postgres", "kafka", "namenode", "datanode", "thrift")
COUNT = "select count(*) from bronze.events"


def pid_of(platform: Platform, daemon: str) -> int:
    """Return a daemon's process, 0 while it does not run."""
    return supervise.processes(platform.settings).get(daemon, {}).get("pid", 0)


@pytest.mark.parametrize("daemon", DAEMONS)
def test_a_killed_daemon_comes_back_with_its_data(platform: Platform, daemon: str) -> None:
    before = platform.value(COUNT, "lake")
    pid = pid_of(platform, daemon)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid_of(platform, daemon) not in (0, pid), 30, f"{daemon} was not started again")
    platform.make("up")
    assert platform.value(COUNT, "lake") == before


def test_everything_comes_back_after_a_power_cut(platform: Platform) -> None:
    before = platform.value(COUNT, "lake")
    marts = platform.rows("select * from reporting.source_totals order by 1, 2")
    supervisor = supervise.require_proxy(platform.settings).supervisor.getPID()
    for pid in (supervisor, *(pid_of(platform, daemon) for daemon in DAEMONS)):
        os.kill(pid, signal.SIGKILL)
    platform.make("up")
    assert platform.value(COUNT, "lake") == before
    assert platform.rows("select * from reporting.source_totals order by 1, 2") == marts
    platform.make("ingest")
    # What was trained on YARN since the last export is not in PostgreSQL yet.
    platform.make("export")
    platform.make("reconcile")


def other(platform: Platform, state_dir: Path) -> Platform:
    """Return a third platform, which shares nothing with the second."""
    environ = {**platform.environ, "STATE_DIR": str(state_dir), "PORT_BASE": str(SPARE_PORTS)}
    return Platform(platform.settings, {name: value for name, value in environ.items() if not name.startswith("DBT_")})


def test_a_port_in_use_is_named_with_its_holder(platform: Platform, tmp_path: Path) -> None:
    port = SPARE_PORTS + 1
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        third = other(platform, tmp_path / "state")
        message = third.make("up", status=2).stderr
        assert str(port) in message
        assert str(os.getpid()) in message
        assert "PORT_BASE" in message
        assert str(port) in third.make("doctor", status=2).stdout


@contextmanager
def small_disk(path: Path) -> Iterator[Path]:
    """Mount a disk of 4 MB; needs root."""
    path.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield path
    finally:
        subprocess.run(["umount", str(path)], check=False)


def test_a_full_state_folder_is_one_clear_line(platform: Platform, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "filler").write_bytes(b"x" * (4 * 1024 * 1024 - 65536))
        process = other(platform, disk / "state").make("up", status=2)
        [line] = [line for line in process.stderr.splitlines() if line.startswith("error:")]
        assert str(disk) in line


def test_a_state_folder_that_cannot_be_created_is_one_clear_line(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    process = other(platform, tmp_path / "file" / "state").make("up", status=2)
    [line] = [line for line in process.stderr.splitlines() if line.startswith("error:")]
    assert str(tmp_path / "file") in line


def test_a_job_without_its_platform_says_how_to_start_it(platform: Platform, tmp_path: Path) -> None:
    third = other(platform, tmp_path / "state")
    for target in ("ingest", "report", "reconcile"):
        [line] = [line for line in third.make(target, status=2).stderr.splitlines() if line.startswith("error:")]
        assert "make up" in line, f"{target}: {line}"
    assert not (tmp_path / "state").exists()


def test_two_ups_at_once_end_in_one_platform(platform: Platform) -> None:
    first, second = platform.start("make", "up"), platform.start("make", "up")
    errors = [process.communicate(timeout=120)[1] for process in (first, second)]
    statuses = sorted(process.returncode for process in (first, second))
    # The second is refused where the first is still at work, and finds nothing to do where it is not.
    assert statuses == [0, 0] or (statuses == [0, 2] and "the platform is being changed by pid" in "".join(errors))
    platform.make("status")
