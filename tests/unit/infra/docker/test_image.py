"""What stands beside the code: the Dockerfile, and the scripts that run in the containers."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import pytest

from common.settings import ROOT
from infra.docker import relay

DOCKER = ROOT / "infra" / "docker"
SCRIPTS = DOCKER / "scripts"


class Page(BaseHTTPRequestHandler):
    """Answers every request with a text."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"State" : "active"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a page on loopback."""
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_image_is_of_the_locks_spark_and_of_a_python_that_is_supported() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    spark, python = (line.split()[1] for line in lines if line.startswith("FROM"))
    assert spark == f"apache/spark:{version('pyspark')}-scala2.13-java17-ubuntu"
    assert python.startswith("python:3.11.")
    assert "USER 1000:1000" in lines


def test_no_state_no_setting_and_no_profile_gets_into_the_image() -> None:
    ignored = (DOCKER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {".*", "dbt_project/profiles.yml", "tests"} <= set(ignored)


@pytest.mark.parametrize(("text", "status"), [('"State" : "active"', 0), ('"State" : "standby"', 1)])
def test_a_page_is_asked_for_a_text(port: int, text: str, status: int) -> None:
    command = [str(SCRIPTS / "http.sh"), "127.0.0.1", str(port), "/jmx", text]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status


def test_a_broker_that_is_none_is_not_well(port: int) -> None:
    for where in (str(port), "1"):
        command = [str(SCRIPTS / "kafka.sh"), "127.0.0.1", where]
        assert subprocess.run(command, capture_output=True, check=False, timeout=10).returncode


def test_a_folder_is_formatted_once(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    command = [str(SCRIPTS / "once.sh"), str(mark), "sh", "-c", f"echo formatted; touch {mark}", "--", "echo", "runs"]
    outputs = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert outputs == ["formatted\nruns\n", "runs\n"]


def test_a_relay_brings_a_request_to_loopback(port: int) -> None:
    async def ask() -> bytes:
        serving = asyncio.create_task(relay.serve("127.0.0.2", port))
        await asyncio.sleep(0.2)
        reader, writer = await asyncio.open_connection("127.0.0.2", port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        answer = await reader.read()
        writer.close()
        serving.cancel()
        return answer

    assert asyncio.run(ask()).endswith(b'{"State" : "active"}')


def test_a_role_that_nobody_knows_is_one_line() -> None:
    command = [sys.executable, "-m", "infra.docker.entry", "nothing"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert process.stderr.startswith("error: nobody knows the role 'nothing'")


@pytest.mark.parametrize(("ending", "status"), [("exit 3", 3), ("kill -9 $$", 137)])
def test_daemons_that_run_together_end_together(tmp_path: Path, ending: str, status: int) -> None:
    commands: list[tuple[tuple[str, ...], dict[str, str]]] = [(("sh", "-c", ending), {}), (("sleep", "600"), {})]
    code = f"from infra.docker.entry import run_together; run_together({commands!r})"
    environ = {"STATE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, timeout=60, check=False)
    assert process.returncode == status
