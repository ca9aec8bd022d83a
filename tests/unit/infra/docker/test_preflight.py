"""What keeps the containers from starting here is told in one line each, before anything starts."""

import shutil
import socket
from pathlib import Path

from common.settings import Settings, read_settings
from infra.docker import containers, preflight
from infra.docker.profile import Profile


def test_no_engine_one_without_compose_and_one_that_does_not_answer(tmp_path: Path) -> None:
    assert [*preflight.engine("no-such-engine")] == [
        "no no-such-engine on PATH; install Docker Engine with its compose plugin"
    ]
    program = tmp_path / "engine"
    for script, told in (("exit 1", "has no compose"), ('[ "$1" = compose ]', "answers no request"), ("exit 0", "")):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        found = [*preflight.engine(str(program))]
        assert (told in found[0]) if told else found == []


def test_a_machine_that_is_too_small(small: Profile, cluster: Profile) -> None:
    assert [*preflight.memory(cluster, 25.8)] == []
    assert [*preflight.memory(small, 8.2)] == []
    assert [*preflight.memory(cluster, 16.6)] == ["16.6 GB of memory; PROFILE=cluster needs 24 GB: take PROFILE=small"]


def test_a_port_that_another_process_has(small: Profile) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = read_settings({"PORT_BASE": str(port - 5)}, Path("none"))
        found = [*preflight.ports(settings, containers.every(settings, small))]
    assert len(found) == 1
    assert found[0].startswith(f"port {port} (namenode) is held by pid ")
    assert found[0].endswith("; stop it, or set another PORT_BASE")


def test_a_password_that_is_missing_empty_or_read_by_all(written: Settings, tmp_path: Path) -> None:
    shutil.copytree(written.path("containers", "secrets"), tmp_path / "secrets")
    assert [*preflight.passwords(tmp_path)] == []
    (tmp_path / "secrets" / "reader").unlink()
    (tmp_path / "secrets" / "monitor").write_text("\n")
    (tmp_path / "secrets" / "exporter").chmod(0o644)
    assert [*preflight.passwords(tmp_path)] == [
        f"{tmp_path}/secrets/exporter can be read by others (mode 644); chmod 600 it",
        f"{tmp_path}/secrets/monitor is missing or empty; put back the password that the stores were made with",
        f"{tmp_path}/secrets/reader is missing or empty; put back the password that the stores were made with",
    ]


def test_a_user_whom_the_images_do_not_know() -> None:
    assert [*preflight.owner(0), *preflight.owner(1000)] == []
    assert "you are user 1001" in next(preflight.owner(1001))
