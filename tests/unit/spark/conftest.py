"""A lake to learn from, and an empty schema of PostgreSQL to export to."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from common.settings import Settings, read_settings
from tests.unit.spark.shop import Shop

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
