"""Who is asked for `make status`: a service whose needs do not answer is not, since it could take minutes to say so."""

from pathlib import Path

import pytest

from common.settings import Settings, read_settings
from infra.local import status, supervise
from infra.local.service import NotReadyError, Program, Service


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which services were asked; all daemons run."""
    monkeypatch.setattr(supervise, "processes", lambda settings: {name: {"pid": 1} for name in ("store", "server")})
    monkeypatch.setattr("common.processes.memory_mb", lambda pid: 1)
    return []


def services(asked: list[str], *, answers: bool) -> list[Service]:
    """Return a server and the store that it needs, in this order."""

    def store(settings: Settings) -> None:
        asked.append("store")
        if not answers:
            raise NotReadyError("away")

    def program(name: str) -> Program:
        return Program(name, ("true",), ports=("postgres",), version="1")

    return [
        Service("server", (program("server"),), lambda settings: asked.append("server"), needs=("store",)),
        Service("store", (program("store"),), store),
    ]


@pytest.mark.parametrize(
    ("answers", "states", "who"),
    [(True, ["ready", "ready"], ["store", "server"]), (False, ["starting", "starting"], ["store"])],
)
def test_a_service_is_asked_when_its_needs_have_answered(
    asked: list[str], tmp_path: Path, answers: bool, states: list[str], who: list[str]
) -> None:
    settings = read_settings({"STATE_DIR": str(tmp_path)}, tmp_path / "none")
    rows = status.read(settings, services(asked, answers=answers))
    assert [row.daemon for row in rows] == ["server", "store"]
    assert [row.state for row in rows] == states and asked == who
