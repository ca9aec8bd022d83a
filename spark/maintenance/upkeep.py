"""The upkeep of one Delta table by its owner; each step only where it pays, and safe beside an appending stream.

Compaction commits without changing data, so it does not conflict with appends; the identifiers of transactions, which
keep a repeated batch out, live on in every checkpoint, whatever is trimmed before it.
"""

from dataclasses import asdict, dataclass
from typing import Any

from py4j.java_gateway import JavaObject, JVMView
from pyspark.sql import SparkSession

from spark.maintenance.survey import SMALL_BYTES

TARGET_BYTES = 128 * 1024 * 1024
MILLISECONDS_PER_HOUR = 3_600_000
SETTINGS = {
    # Files above the first are left alone, so that what was compacted is not written again and again.
    "spark.databricks.delta.optimize.minFileSize": str(SMALL_BYTES),
    "spark.databricks.delta.optimize.maxFileSize": str(TARGET_BYTES),
    "spark.databricks.delta.optimize.maxThreads": "1",
    # The age is the caller's word; the default asks for a week at least.
    "spark.databricks.delta.retentionDurationCheck.enabled": "false",
    # A vacuum that finds nothing would add two commits all the same.
    "spark.databricks.delta.vacuum.logging.enabled": "false",
}


@dataclass(frozen=True)
class Limits:
    """From how many small files or commits on upkeep pays, and how long dead files and old commits are kept."""

    small_files: int
    commits: int
    retain_hours: int
    log_hours: int

    def arguments(self) -> list[str]:
        """Return the limits as options of a command."""
        return [part for name, value in asdict(self).items() for part in (f"--{name.replace('_', '-')}", str(value))]


@dataclass(frozen=True)
class Live:
    """The files that a table's newest version is made of."""

    files: int
    small_files: int
    bytes: int


def keep_up(spark: SparkSession, path: str, files: int, commits: int, limits: Limits) -> tuple[Live, Live]:
    """Compact, vacuum and trim a table where it pays; return its live files before and after.

    Args:
        spark: a session of the table's owner.
        path: the table's folder.
        files: data files in the folder, dead ones included.
        commits: commits in its log.
        limits: what pays.
    """
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    before = live(spark, path)
    if before.small_files >= limits.small_files:
        spark.sql(f"optimize delta.`{path}`").collect()
    if files > before.files:
        spark.sql(f"vacuum delta.`{path}` retain {limits.retain_hours} hours").collect()
    if commits >= limits.commits:
        trim_log(spark, path, limits.log_hours)
    return before, live(spark, path)


def live(spark: SparkSession, path: str) -> Live:
    """Return the files of a table's newest version."""
    snapshot, _ = newest(spark, path)
    files = snapshot.allFiles().toDF()
    counts = files.selectExpr(
        as_scala(spark, ["count(*)", f"count_if(size < {SMALL_BYTES})", "cast(coalesce(sum(size), 0) as bigint)"])
    ).head()
    return Live(*(int(counts.getLong(index)) for index in range(3)))


def trim_log(spark: SparkSession, path: str, hours: int) -> None:
    """Write a checkpoint and remove the commits before it that are older; Delta by itself removes whole days alone.

    Delta's own cleaning does it: it keeps a checkpoint at the first commit that stays, so that every version from
    there on can be read.
    """
    snapshot, log = newest(spark, path)
    java, none = view(spark), view(spark).scala.Option.empty()
    log.checkpoint(snapshot, none)
    age = hours * MILLISECONDS_PER_HOUR
    # A number handed over by itself would arrive as an Integer where it is small, and Delta wants a Long.
    boxed = java.java.util.stream.LongStream.rangeClosed(age, age).boxed().findFirst()
    minute = java.org.apache.spark.sql.delta.TruncationGranularity.MINUTE()
    log.cleanUpExpiredLogs(snapshot, none, java.scala.jdk.javaapi.OptionConverters.toScala(boxed), minute)


def newest(spark: SparkSession, path: str) -> tuple[JavaObject, JavaObject]:
    """Return the newest snapshot of a table and its log, read again."""
    java: Any = view(spark)
    log = java.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
    return log.update(False, java.scala.Option.empty(), java.scala.Option.empty()), log


def as_scala(spark: SparkSession, texts: list[str]) -> JavaObject:
    """Return texts as a Scala sequence."""
    return view(spark).org.apache.spark.api.python.PythonUtils.toSeq(texts)


def view(spark: SparkSession) -> JVMView:
    """Return the session's Java virtual machine."""
    jvm = spark._jvm
    assert jvm is not None
    return jvm
