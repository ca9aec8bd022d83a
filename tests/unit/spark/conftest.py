"""A lake to learn from, and a PostgreSQL of the tests' own to export to."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from pyspark.sql import SparkSession

from common import home as platform
from common.settings import Settings, read_settings
from infra.local import provision_postgres
from infra.local.services import postgres as server
from infra.setup import secrets
from tests.unit.spark.shop import Shop

FREE = ("127.0.0.1", 0)


MODELS_READ = ("core", "churn", "satisfaction", "segments")


@pytest.fixture
def marts(predictions: SparkSession) -> Iterator[SparkSession]:
    """Return a session with the predictions tables and with the schemas of the marts that models read, all empty."""
    for schema in MODELS_READ:
        predictions.sql(f"create schema if not exists {schema}")
    yield predictions
    for schema in MODELS_READ:
        predictions.sql(f"drop schema {schema} cascade")


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings whose models go into a local folder."""
    return read_settings({"HDFS_URL": f"file://{tmp_path_factory.mktemp('lake')}"})


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
    rendered.write_text(server.CONFIG.format(port=port) + "fsync = off\n")
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


@pytest.fixture
def shop(postgres_environ: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Return an empty lake and an empty schema `marts`."""
    places = {"HDFS_URL": f"file://{tmp_path}", "DBT_TARGET_PATH": str(tmp_path / "dbt")}
    for name, value in {**postgres_environ, **places}.items():
        monkeypatch.setenv(name, value)
    empty = Shop(read_settings({**postgres_environ, **places}, Path("/nowhere")), {"nodes": {}, "sources": {}})
    yield empty
    for (table,) in empty.rows("select tablename from pg_tables where schemaname = 'marts'"):
        empty.run(f'drop table marts."{table}" cascade')
