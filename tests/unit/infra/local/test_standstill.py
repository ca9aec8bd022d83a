"""A platform at rest: who keeps it from that, and that nothing cuts off its start."""

import ast
import os
import signal
import socket
from pathlib import Path

import pytest

from common import locks, processes, shutdown
from common.errors import UserError
from common.settings import ROOT, Settings, read_settings
from infra.local import services, standstill, supervise
from infra.setup import secrets


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = read_settings({"STATE_DIR": str(tmp_path), "PORT_BASE": "23000"}, tmp_path / "none")
    secrets.ensure(own)
    return own


def test_every_lock_of_the_project_is_known() -> None:
    """A job that is not in the list could write while a backup is made."""
    jobs = set()
    for package in ("spark", "streaming", "infra"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("hold", "locks.hold"):
                    name = node.args[1]
                    jobs |= {name.value} if isinstance(name, ast.Constant) else set()
    assert jobs == set(locks.JOBS)


def states(monkeypatch: pytest.MonkeyPatch, **of: str) -> None:
    """Let the supervisor say these states."""
    answer = {name: {"statename": state} for name, state in of.items()}
    monkeypatch.setattr(supervise, "processes", lambda _: answer)


ALL = ("postgres", "kafka", "namenode", "datanode", "thrift")


def test_what_ran_is_known(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Optional services only where they do; none where the platform is down."""
    known = services.every(settings)
    states(monkeypatch, **dict.fromkeys(ALL, "RUNNING"), resourcemanager="STOPPED")
    assert [one.name for one in standstill.running(settings, known)] == ["postgres", "kafka", "hdfs", "thrift"]
    states(monkeypatch, **dict.fromkeys((*ALL, "resourcemanager", "nodemanager"), "RUNNING"))
    assert [one.name for one in standstill.running(settings, known)][-1] == "yarn"
    states(monkeypatch, **dict.fromkeys(ALL, "STOPPED"))
    assert standstill.running(settings, known) == []
    states(monkeypatch)
    assert standstill.running(settings, known) == []


@pytest.mark.parametrize("state", ["STOPPED", "STARTING", "BACKOFF", "FATAL"])
def test_a_platform_that_is_half_up_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """What it was before could not be told afterwards."""
    states(monkeypatch, **{**dict.fromkeys(ALL, "RUNNING"), "kafka": state})
    with pytest.raises(UserError, match=r"half up: kafka is not; `make up` or `make down`"):
        standstill.running(settings, services.every(settings))


def test_a_client_is_known_by_its_connection() -> None:
    """Its own port and process; who only listens is none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert processes.clients([port]) == []
        with socket.create_connection(("127.0.0.1", port)) as client:
            [(server_port, own, holder)] = processes.clients([port])
            assert (server_port, own, holder.pid) == (port, client.getsockname()[1], os.getpid())
    assert processes.clients([port]) == []


@pytest.mark.parametrize(("store", "name"), [("thrift", "the Thrift Server"), ("namenode", "HDFS")])
def test_whoever_may_write_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch, store: str, name: str) -> None:
    """Such as dbt, which holds no lock; a daemon of the platform is not meant."""
    monkeypatch.setattr(standstill, "roles", lambda _: {})
    with (
        socket.create_server(("127.0.0.1", settings.port(store))),
        socket.create_connection(("127.0.0.1", settings.port(store))),
    ):
        with pytest.raises(UserError, match=rf"pid {os.getpid()} \(.*\) is connected to {name}; wait"):
            standstill.require_quiet(settings)
        monkeypatch.setattr(
            processes, "environment_of", lambda _: {supervise.PLATFORM_VARIABLE: str(settings.state_dir)}
        )
        standstill.require_quiet(settings)


def test_of_postgres_only_writers_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that reads the reports need not be closed."""
    with (
        socket.create_server(("127.0.0.1", settings.port("postgres"))),
        socket.create_connection(("127.0.0.1", settings.port("postgres"))) as client,
    ):
        monkeypatch.setattr(standstill, "roles", lambda _: {})
        standstill.require_quiet(settings)
        monkeypatch.setattr(standstill, "roles", lambda _: {client.getsockname()[1]: "modeler"})
        with pytest.raises(UserError, match="is connected to PostgreSQL"):
            standstill.require_quiet(settings)


@pytest.mark.parametrize("number", shutdown.STOPS)
def test_any_signal_to_stop_is_ctrl_c(number: int) -> None:
    """And afterwards each does what it did before."""
    before = [signal.getsignal(one) for one in shutdown.STOPS]
    with pytest.raises(KeyboardInterrupt), shutdown.interruptible():
        os.kill(os.getpid(), number)
    assert [signal.getsignal(one) for one in shutdown.STOPS] == before


def test_a_signal_waits_where_it_must() -> None:
    """It is heard when the block is over, and where none came nothing happens."""
    ends = []
    with pytest.raises(KeyboardInterrupt), shutdown.interruptible(), shutdown.held_back():
        os.kill(os.getpid(), signal.SIGINT)
        ends.append(True)
    assert ends == [True]
    with shutdown.interruptible(), shutdown.held_back():
        pass
