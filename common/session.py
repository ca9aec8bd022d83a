"""The Spark session of a job.

Everything about the platform (Delta, catalogue, HDFS, jars) stands in the rendered `spark-defaults.conf`, which
`spark-submit` reads too; a job adds only its name and its identity.
"""

import logging
import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from common import jvm
from common.errors import UserError, first_line
from common.settings import Settings
from common.shutdown import hear_ctrl_c

# The identity is a JVM property: Hive makes a proxy user of the environment variable of the same name.
IDENTITY = "-DHADOOP_USER_NAME={identity}"


def session(name: str, settings: Settings, identity: str, options: Sequence[str] = jvm.DRIVER) -> SparkSession:
    """Return the session of job `name`, acting on HDFS as `identity`, in a JVM of these options.

    Under `spark-submit` the JVM already runs, and its own identity and master stand. Elsewhere what the JVM says is in
    `log/jobs/<name>.spark.log`; what a person has to know is said by the job.

    Raises:
        UserError: the JVM does not start.
    """
    logging.getLogger().addFilter(is_no_broken_call)
    os.environ.pop("HADOOP_USER_NAME", None)
    os.environ.setdefault("SPARK_CONF_DIR", str(settings.path("conf", "spark")))
    if "SPARK_ENV_LOADED" not in os.environ and SparkSession.getActiveSession() is None:
        for variable, value in jvm.ARENAS.items():
            os.environ.setdefault(variable, value)
        conf = SparkConf().setAppName(name).setMaster(settings.spark_master)
        conf.set("spark.driver.memory", settings.driver_memory)
        of_jvm = jvm.driver_options(settings, options)
        conf.set("spark.driver.extraJavaOptions", f"{IDENTITY.format(identity=identity)} {of_jvm}")
        start(conf, settings.path("log", "jobs", f"{name}.spark.log"))
    spark = SparkSession.builder.appName(name).enableHiveSupport().getOrCreate()
    # A session takes Ctrl-C for itself, to end what runs.
    hear_ctrl_c(ends=True)
    return spark


def start(conf: SparkConf, log: Path) -> None:
    """Start the JVM, whose own words and those of its libraries go to a log.

    Raises:
        UserError: it does not start.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        try:
            SparkContext(conf=conf, gateway=launch_gateway(conf, {"stdout": file, "stderr": file}))
        except PySparkException as error:
            raise UserError(f"Spark does not start: {error.getMessage()} Its log is {log}") from None


def is_no_broken_call(record: logging.LogRecord) -> bool:
    """Return whether a record is to be shown: py4j reports a call that Ctrl-C cut off with all the calls around it."""
    return not record.getMessage().endswith("while sending command.")


@contextmanager
def telling_failures(settings: Settings, job: str) -> Iterator[None]:
    """Tell a failure of the engine in one line.

    Raises:
        UserError: the engine failed; the text names the log that has all of it.
    """
    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise failure(settings, job, error) from None


def failure(settings: Settings, job: str, error: Exception) -> UserError:
    """Return an engine's failure as one line; the whole of it goes to a log."""
    log = settings.path("log", "jobs", f"{job}.failure.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    whole = [*traceback.format_exception(error), getattr(error, "_stackTrace", None) or ""]
    log.write_text("".join(whole), "utf-8")
    return UserError(f"{job} failed: {first_line(error)} (all of it: {log}); `make status`, then run it again")
