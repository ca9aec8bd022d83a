"""Who does not answer is one line each, within seconds; a profile that is none is refused before anybody is asked."""

import socket
import time
from pathlib import Path

import pytest

from common.errors import UsageError
from common.settings import read_settings
from infra.cluster import doctor
from infra.cluster.__main__ import profile
from infra.cluster.finding import Finding


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_each_address_without_an_answer_is_a_finding() -> None:
    port = free_port()
    values = {
        "KAFKA_BOOTSTRAP": f"127.0.0.1:{port},127.0.0.1:{port}",
        "HDFS_URL": f"hdfs://127.0.0.1:{port}",
        "WEBHDFS_URL": f"http://127.0.0.1:{port}",
        "YARN_URL": f"http://127.0.0.1:{port}",
        "POSTGRES_PORT": str(port),
        "THRIFT_PORT": str(port),
    }
    found = doctor.findings(read_settings(values))
    assert [one.service for one in found] == ["kafka", "kafka", "hdfs", "hdfs", "postgres", "thrift", "yarn"]
    assert {one.fault for one in found} == {f"does not answer at 127.0.0.1:{port} (Connection refused)"}
    assert "correct WEBHDFS_URL" in found[3].remedy


def test_a_service_that_answers_and_says_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: object) -> list[Finding]:
        time.sleep(0.6)
        return []

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        monkeypatch.setattr(doctor, "CHECKS", {"thrift": never})
        monkeypatch.setattr(doctor, "SECONDS", 0.2)
        [finding] = doctor.findings(read_settings({"THRIFT_PORT": port}))
    assert finding.fault == "answers, but said nothing in 0.2 s"


def test_a_profile_is_read_in_place_of_the_clones_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "team.env"
    for name in ("POSTGRES_HOST", "MONITOR_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    path.write_text("POSTGRES_HOST=db.example\nMONITOR_PASSWORD=secret\n")
    settings = profile(path)
    assert (settings.postgres_host, settings.secret("monitor")) == ("db.example", "secret")
    with pytest.raises(UsageError, match="there is no such profile"):
        profile(tmp_path / "none.env")
    path.write_text("POSTGRES_HSOT=db.example\n")
    with pytest.raises(UsageError, match=r"team\.env, line 1: there is no setting POSTGRES_HSOT; do you mean"):
        profile(path)
