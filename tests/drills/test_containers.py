"""A broker from `compose.yml` as a process: the smallest part of the drill that runs every container."""

import socket
from pathlib import Path

import pytest

from common.errors import UserError
from common.settings import read_settings
from tests.drills import containers
from tests.drills.container_process import Container


def free_base() -> int:
    """Return a port base whose ports are likely free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return min(free.getsockname()[1], 64_000)


def test_a_broker_of_the_file_is_well_by_its_own_health_command(tmp_path: Path) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path), "PORT_BASE": str(free_base())}, tmp_path / "none")
    containers.write(settings, "small")
    with containers.running(tmp_path / "containers", ["kafka-1"]) as started:
        broker = started["kafka-1"]
        assert broker.process
        assert broker.process.poll() is None
    assert broker.process.poll() is not None
    assert not broker.ask(broker.words_of_health())


def test_a_container_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    service = {"entrypoint": ["sh", "-c", "echo no such folder; exit 3"], "healthcheck": {"test": ["CMD", "false"]}}
    one = Container("broken", {**service, "tmpfs": []}, tmp_path / "containers", {"broken": "127.27.0.1"})
    one.prepare()
    one.start()
    assert one.process
    one.process.wait()
    with pytest.raises(UserError, match="broken ended \\(3\\): no such folder"):
        one.wait()
