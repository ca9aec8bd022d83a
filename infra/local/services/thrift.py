"""The Spark Thrift Server: SQL over the lake for dbt and people, with a password check."""

import hashlib
import secrets
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from common import jvm
from common.settings import Settings
from common.thrift import UnansweredError
from infra.local import class_archive, java, provision_lake, scala, spark_conf
from infra.local.files import PRIVATE, properties, write
from infra.local.service import NotReadyError, Program, Service

# Whose rights the server has in HDFS, and who may log in.
IDENTITY = "modeler"
LOGINS = ("modeler", "reader")
AUTH_CLASS = "lakehouse.FileAuth"
ROUNDS = 20_000
MAIN = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"

LOG4J = (
    spark_conf.LOG4J
    + """\
logger.thrift.name = org.apache.spark.sql.hive.thriftserver.HiveThriftServer2
logger.thrift.level = info
logger.service.name = org.apache.hive.service.cli.thrift
logger.service.level = info
"""
)


def service(settings: Settings) -> Service:
    """Return the Thrift Server; its configuration is rendered."""
    config = configure(settings)
    program = Program(
        name="thrift",
        command=(
            java.executable(), f"@{config['arguments']}", f"@{class_archive.argument_file(settings)}",
            "org.apache.spark.deploy.SparkSubmit",
            "--load-spark-defaults", "--properties-file", str(config["server"]), "--class", MAIN,
            "--name", "thrift", "spark-internal",
        ),
        ports=("thrift",),
        version=version("pyspark"),
        env={"SPARK_CONF_DIR": str(settings.path("conf", "spark")), "SPARK_HOME": str(java.SPARK_HOME),
             "SPARK_LOCAL_IP": settings.host},
        stop_seconds=90,
    )  # fmt: skip
    return Service(
        name="thrift",
        programs=(program,),
        probe=probe,
        needs=("postgres", "hdfs"),
        provision=provision_lake.provision,
        config=(config["server"], config["arguments"], config["log4j"], *spark_conf.configure(settings)[:1]),
        helpers=(class_archive.program(settings),),
        helpers_wanted=class_archive.is_wanted,
    )


def configure(settings: Settings) -> dict[str, Path]:
    """Render the server's own settings, which are read over the common ones, and return its files."""
    home = settings.path("conf", "thrift")
    log4j = write(home / "log4j2.properties", LOG4J)
    users = write(home / "users", user_lines(settings, home / "users"), PRIVATE)
    flags = java.flags(
        settings, "1500m", *java.OPENS, "--add-modules=jdk.incubator.vector",
        *jvm.DRIVER, "-XX:MaxMetaspaceSize=400m",
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Dio.netty.tryReflectionSetAccessible=true", f"-Dlog4j2.configurationFile=file:{log4j}",
        f"-DHADOOP_USER_NAME={IDENTITY}", f"-Dhive.server2.custom.authentication.class={AUTH_CLASS}",
        f"-Dlakehouse.users={users}",
    )  # fmt: skip
    return {
        "server": write(home / "thrift.conf", properties(server(settings), " ")),
        "arguments": java.argument_file(home / "thrift.args", flags, [*java.spark_jars(), scala.jar()]),
        "log4j": log4j,
        "users": users,
    }


def server(settings: Settings) -> dict[str, object]:
    """Return the settings that only the server has."""
    return {
        "spark.master": "local[2]",
        "spark.driver.memory": "1500m",
        "spark.scheduler.mode": "FAIR",
        # A result lies in memory whole, unpacked to several times its size; a larger one must fail, not the server.
        "spark.driver.maxResultSize": "64m",
        # A build compiles 2,500 pieces of code, always in one order; with less room each is gone when it returns.
        "spark.sql.codegen.cache.maxEntries": 10_000,
        # A table of one file is read by one task; the larger are split, for both cores, at these bytes.
        "spark.sql.leafNodeDefaultParallelism": 1,
        "spark.sql.files.maxPartitionBytes": "16m",
        # Counting a small table costs less than asking its log for the count.
        "spark.databricks.delta.optimizeMetadataQuery.enabled": "false",
        # Planning each stage again costs more than it finds out on two partitions: a sixth of a build.
        "spark.sql.adaptive.enabled": "false",
        "spark.hadoop.hive.server2.thrift.bind.host": settings.host,
        "spark.hadoop.hive.server2.thrift.port": settings.port("thrift"),
        "spark.hadoop.hive.server2.authentication": "CUSTOM",
        # The last reads a statement first.
        "spark.sql.extensions": ",".join((*spark_conf.EXTENSIONS, "lakehouse.StatementGuard")),
        # Otherwise every write is made as the login user instead of the server's identity.
        "spark.hadoop.hive.server2.enable.doAs": "false",
        # A client that asks for the state of a query is answered when it changes, so dbt never sleeps.
        "spark.hadoop.hive.server2.long.polling.timeout": 60_000,
        "spark.hadoop.hive.server2.logging.operation.enabled": "false",
        # By default each statement runs in a thread of its own, which opens the catalogue again.
        "spark.hadoop.hive.server2.async.exec.threads": 8,
        "spark.hadoop.hive.server2.async.exec.keepalive.time": "1h",
        # A table is sorted by time, and who looks for some days reads those row groups and pages alone.
        "spark.hadoop.parquet.block.size": 4 << 20,
        "spark.hadoop.parquet.page.row.count.limit": 2_000,
        # What dbt merges is a table that nobody writes to meanwhile; by default Delta copies it first.
        "spark.databricks.delta.merge.materializeSource": "none",
    }


def user_lines(settings: Settings, path: Path) -> str:
    """Return a line per login; one that fits the password stays as it is, so that nothing changes."""
    have = path.read_text().splitlines() if path.is_file() else []
    return "".join(f"{user_line(name, settings.secret(name), have)}\n" for name in LOGINS)


def user_line(name: str, password: str, have: Sequence[str]) -> str:
    """Return a login's line: the present one where it fits the password, else one with a new salt."""
    fields = next((line.split(":") for line in have if line.startswith(f"{name}:") and line.count(":") == 3), None)
    if fields and fields[3] == derive(password, fields[2]):
        return ":".join(fields)
    salt = secrets.token_hex(16)
    return f"{name}:{ROUNDS}:{salt}:{derive(password, salt)}"


def derive(password: str, salt: str) -> str:
    """Return the hash of a password, as `FileAuth.scala` computes it."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ROUNDS).hex()


def probe(settings: Settings) -> None:
    """Log in and ask for one row."""
    try:
        provision_lake.query(settings, "select 1")
    except UnansweredError as error:
        raise NotReadyError(str(error)) from None
