"""One small local Spark with Delta for every unit test that needs frames."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from pyspark.sql import SparkSession

from common import jvm
from common.prediction_tables import PREDICTIONS
from infra.local import scala
from infra.setup.jars import classpath
from tests.unit.postgres import postgres_environ as postgres_environ

CONFIGURATION = {
    "spark.master": "local[1]",
    "spark.app.name": "unit-tests",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.extensions": "lakehouse.Extensions,io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.codegen.cache.maxEntries": "1000",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
    "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Return a Delta session without Hive, daemons or user interface; one core, UTC, ANSI."""
    scratch = tmp_path_factory.mktemp("spark")
    log4j = scratch / "log4j2.properties"
    log4j.write_text("rootLogger.level = error\nrootLogger.appenderRef.stderr.ref = stderr\n" + STDERR_APPENDER)
    options = [
        *jvm.DRIVER,
        f"-Dderby.system.home={scratch}",
        f"-Dlog4j2.configurationFile=file:{log4j}",
    ]
    # Literal rows hold naive datetimes, which Python reads in its own time zone.
    os.environ["TZ"] = "UTC"
    time.tzset()
    # A platform's configuration must not reach a unit test: an empty folder hides the one beside pyspark.
    foreign = {name: os.environ.pop(name, None) for name in ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "HADOOP_USER_NAME")}
    os.environ["SPARK_CONF_DIR"] = str(scratch)
    places = {
        "spark.driver.extraClassPath": os.pathsep.join(map(str, (*classpath("spark"), scala.jar()))),
        "spark.driver.extraJavaOptions": " ".join(options),
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
    }
    session = SparkSession.builder.config(map={**CONFIGURATION, **places}).getOrCreate()
    yield session
    session.stop()
    del os.environ["SPARK_CONF_DIR"]
    os.environ.update({name: value for name, value in foreign.items() if value is not None})


@pytest.fixture
def predictions(spark: SparkSession) -> SparkSession:
    """Return a session with the declared predictions tables, empty; what a test left as it was serves the next."""
    spark.sql("create schema if not exists predictions")
    warehouse = folder_of_predictions(spark)
    rows = spark.sql("show tables in predictions").where("not isTemporary").collect()
    present = {f"predictions.{row['tableName']}" for row in rows}
    clean = {
        f"predictions.{log.parent.name}" for log in warehouse.glob("*/_delta_log") if len(list(log.glob("*.json"))) == 1
    }
    declared = {table.name: table.ddl() for table in PREDICTIONS}
    for name in present - (clean & declared.keys()):
        spark.sql(f"drop table {name}")
    for name in declared.keys() - (clean & present):
        spark.sql(declared[name])
    return spark


@pytest.fixture(scope="module")
def train_once(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[], object]], None]:
    """Return what trains a module's first model, and later gives the empty tables what that training wrote."""
    copy = tmp_path_factory.mktemp("trained")

    def train_or_copy(train: Callable[[], object]) -> None:
        tables = folder_of_predictions(spark)
        if any(copy.iterdir()):
            shutil.copytree(copy, tables, dirs_exist_ok=True)
        else:
            train()
            # Each table's own declaration, its commit 0, stays.
            left_out = shutil.ignore_patterns("0" * 20 + ".json", "*.crc")
            shutil.copytree(tables, copy, dirs_exist_ok=True, ignore=left_out)

    return train_or_copy


def folder_of_predictions(spark: SparkSession) -> Path:
    """Return where the predictions tables lie."""
    warehouse = spark.conf.get("spark.sql.warehouse.dir")
    assert warehouse
    return Path(urlparse(warehouse).path) / "predictions.db"


STDERR_APPENDER = """
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n
"""
