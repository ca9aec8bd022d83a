"""`conf/spark`: what every Spark JVM of the platform must know, a `SPARK_CONF_DIR`."""

import sys
from pathlib import Path

from common import jvm
from common.lake_paths import WAREHOUSE
from common.settings import LOOPBACK, Settings
from infra.local import class_archive, hadoop_conf, java, provision_postgres, scala
from infra.local.files import PRIVATE, folder, properties, write
from infra.setup.jars import classpath

LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
logger.hive.name = org.apache.hadoop.hive.conf.HiveConf
logger.hive.level = error
logger.store.name = org.apache.hadoop.hive.metastore.ObjectStore
logger.store.level = error
logger.session.name = org.apache.hadoop.hive.ql.session.SessionState
logger.session.level = error
logger.utils.name = org.apache.spark.util.Utils
logger.utils.level = error
logger.catalog.name = org.apache.spark.sql.hive.HiveExternalCatalog
logger.catalog.level = error
logger.hiveclient.name = org.apache.spark.sql.hive.client
logger.hiveclient.level = error
logger.dag.name = org.apache.spark.scheduler.DAGScheduler
logger.dag.level = error
logger.plan.name = org.apache.spark.sql.catalyst.util.SparkStringUtils
logger.plan.level = error
logger.conf.name = org.apache.spark.SparkConf
logger.conf.level = error
"""

# The environment variable HADOOP_USER_NAME would make Hive act for another user; the property does not.
ENVIRONMENT = """\
unset HADOOP_USER_NAME
export JAVA_HOME='{java_home}'
export HADOOP_CONF_DIR='{hadoop}'
export YARN_CONF_DIR='{hadoop}'
export SPARK_LOCAL_IP={host}
export PYSPARK_PYTHON='{python}'
export PYSPARK_DRIVER_PYTHON='{python}'
export TZ=UTC
export SPARK_SUBMIT_OPTS="-DHADOOP_USER_NAME={identity} -Duser.timezone=UTC \
-XX:SharedArchiveFile='{archive}' ${{SPARK_SUBMIT_OPTS:-}}"
"""

JVM = " ".join(jvm.DRIVER)

# Ours first: its rules stand in front of Delta's.
EXTENSIONS = ("lakehouse.Extensions", "io.delta.sql.DeltaSparkSessionExtension")

# What a job asks YARN for besides its driver.
EXECUTORS, EXECUTOR_MEMORY, EXECUTOR_OVERHEAD = 1, "1g", "512m"

# Who a bare `spark-submit` is.
IDENTITY = "learner"


def configure(settings: Settings) -> tuple[Path, ...]:
    """Render the folder and return its files; the defaults hold a password and are private."""
    home = settings.path("conf", "spark")
    environment = ENVIRONMENT.format(
        java_home=java.home(), hadoop=settings.path("conf", "hadoop"), python=sys.executable,
        identity=IDENTITY, archive=class_archive.archive(), host=settings.host,
    )  # fmt: skip
    return (
        write(home / "spark-defaults.conf", properties(defaults(settings), " "), PRIVATE),
        write(home / "spark-env.sh", environment, 0o755),
        write(home / "log4j2.properties", LOG4J),
    )


def defaults(settings: Settings) -> dict[str, object]:
    """Return the settings that hold for the Thrift Server and for every job."""
    jars = ":".join(map(str, (*classpath("spark"), scala.jar())))
    # All that a driver needs, Spark's own too: an archive of classes fits only a class path that begins with its jars.
    all_jars = ":".join(map(str, (*java.spark_jars(), scala.jar())))
    hadoop = {**hadoop_conf.client(settings), **provision_postgres.jdbc(settings), "fs.defaultFS": settings.hdfs_url}
    return {
        "spark.master": settings.spark_master,
        "spark.driver.memory": settings.driver_memory,
        "spark.driver.host": settings.host,
        # Where the driver runs on another node than where it was submitted, it has another name.
        "spark.driver.bindAddress": LOOPBACK if settings.host == LOOPBACK else hadoop_conf.ANY,
        "spark.driver.extraClassPath": all_jars,
        "spark.executor.extraClassPath": jars,
        "spark.driver.extraJavaOptions": f"-DHADOOP_USER_NAME={IDENTITY} {jvm.driver_options(settings)}",
        "spark.executor.extraJavaOptions": JVM,
        "spark.local.dir": folder(settings.path("run", "tmp"), 0o700),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.extensions": ",".join(EXTENSIONS),
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": f"{settings.hdfs_url}{WAREHOUSE}",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        # The defaults of these four are made for big clusters.
        "spark.sql.shuffle.partitions": 2,
        "spark.default.parallelism": 2,
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": 4,
        "spark.databricks.delta.snapshotPartitions": 1,
        # Every query's plan is written down for a user interface that is off; this is the shortest form.
        "spark.sql.ui.explainMode": "simple",
        # By default the queries of one build drive each other's compiled code out before they come again.
        "spark.sql.codegen.cache.maxEntries": 1000,
        # A Python function over a Delta scan hangs with it.
        "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        **on_yarn(settings),
        **{f"spark.hadoop.{name}": value for name, value in hadoop.items()},
    }


def on_yarn(settings: Settings) -> dict[str, object]:
    """Return what holds for `--master yarn` alone: nothing is uploaded, because each node has all of it."""
    environment = {
        "PYSPARK_PYTHON": sys.executable,
        "JAVA_HOME": java.home(),
        "STATE_DIR": settings.state_dir,
        "PORT_BASE": settings.port_base,
        **({"SPARK_LOCAL_IP": LOOPBACK} if settings.host == LOOPBACK else {}),
        "TZ": "UTC",
    }
    jars = [f"local:{java.SPARK_HOME}/jars/*", *(f"local:{jar}" for jar in (*classpath("spark"), scala.jar()))]
    return {
        "spark.yarn.jars": ",".join(jars),
        "spark.yarn.am.memory": "512m",
        "spark.yarn.maxAppAttempts": 1,
        "spark.executor.instances": EXECUTORS,
        "spark.executor.cores": 2,
        "spark.executor.memory": EXECUTOR_MEMORY,
        "spark.executor.memoryOverhead": EXECUTOR_OVERHEAD,
        # The driver runs in the container; the job must not choose its own master there.
        "spark.yarn.appMasterEnv.SPARK_ENV_LOADED": 1,
        **{f"spark.yarn.appMasterEnv.{name}": value for name, value in environment.items()},
        **{f"spark.executorEnv.{name}": value for name, value in environment.items()},
    }
