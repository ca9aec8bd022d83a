"""A PostgreSQL of the tests' own, with the platform's roles and schemas, and nothing in them."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from common import home as platform
from common.settings import Settings, read_settings
from infra.local import provision_postgres
from infra.local.services import postgres as server
from infra.setup import secrets

FREE = ("127.0.0.1", 0)


@pytest.fixture(scope="session")
def postgres_environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment of a state folder whose PostgreSQL answers."""
    home = tmp_path_factory.mktemp("state")
    with socket.socket() as free:
        free.bind(FREE)
        port = free.getsockname()[1]
    environ = {"STATE_DIR": str(home), "POSTGRES_PORT": str(port)}
    settings = read_settings(environ, Path("/nowhere"))
    platform.claim(settings)
    secrets.ensure(settings)
    server.prepare(settings)
    rendered = home / "postgresql.conf"
    rendered.write_text(server.CONFIG.format(listen=FREE[0], port=port, sockets="") + "fsync = off\n")
    command = [*server.as_unprivileged(settings), str(server.BIN / "postgres"), "-D", str(server.data(settings))]
    with (home / "server.log").open("w") as log:
        running = subprocess.Popen([*command, f"--config-file={rendered}"], cwd="/", stdout=log, stderr=log)
        try:
            provision(settings)
            yield environ
        finally:
            running.terminate()
            running.wait(30)


def provision(settings: Settings) -> None:
    """Make the roles and schemas, as soon as the server answers."""
    for attempt in range(100):
        try:
            with provision_postgres.connect(settings, "postgres", "postgres") as connection:
                provision_postgres.ensure_roles(connection, settings)
                provision_postgres.ensure_databases(connection)
            break
        except psycopg.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.1)
    with provision_postgres.connect(settings, "lake", "postgres") as connection:
        for statement in provision_postgres.schema_statements():
            connection.execute(statement)
