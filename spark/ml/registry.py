"""The models that exist, by their rows in the lake: which was published last, which scores, and what they are named."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.frames import one_row

TABLE = "predictions.model_versions"
CHAMPIONS = "predictions.champions"
PROMOTED, ROLLED_BACK = "promoted", "rolled back"
# The subject of a challenger's measures that is the champion of the day, on the same rows.
CHAMPION = "champion"


@dataclass(frozen=True)
class Version:
    """A published model; `features` are its columns with their types, such as "recency_days int"."""

    task: str
    version: str
    path: str
    features: tuple[str, ...] = ()
    measured_against: str | None = None
    decided_by: str = ""

    def load(self) -> PipelineModel:
        """Return the fitted pipeline, from the lake as it is reached now: a row may name where it was once reached."""
        return PipelineModel.load(below_root(self.path))


def newest(spark: SparkSession, task: str) -> Version | None:
    """Return the model of a task that was published last, or None where there is none yet."""
    return max(versions(spark, task).values(), key=lambda one: one.version, default=None)


def versions(spark: SparkSession, task: str) -> dict[str, Version]:
    """Return every model of a task, by version."""
    names = ("task", "version", "path", "features", "measured_against", "decided_by")
    rows = tables.read(spark, TABLE).where(F.col("task") == task).select(*names).collect()
    return {row["version"]: Version(**{**row.asDict(), "features": tuple(row["features"] or ())}) for row in rows}


def champions(spark: SparkSession, task: str) -> list[Version]:
    """Return the champions of a task in order, the present one last; without those that were rolled back.

    A row of the log whose version was never published is of a training that was interrupted.
    """
    models = versions(spark, task)
    rows = tables.read(spark, CHAMPIONS).where(F.col("task") == task).orderBy("step").collect()
    stack: list[Version] = []
    for row in rows:
        if row["action"] == ROLLED_BACK:
            stack = stack[:-1]
        elif row["version"] in models and stack[-1:] != [models[row["version"]]]:
            stack.append(models[row["version"]])
    return stack


def champion(spark: SparkSession, task: str) -> Version | None:
    """Return the model that scores, or None where there is none yet."""
    stack = champions(spark, task)
    return stack[-1] if stack else None


def log(spark: SparkSession, task: str, version: str, action: str, reason: str, as_of: datetime) -> None:
    """Add a row to the log of champions; only one process may do so at a time (lock `models`)."""
    last = one_row(tables.read(spark, CHAMPIONS).where(F.col("task") == task).agg(F.max("step").alias("step")))["step"]
    row = spark.createDataFrame(
        [(task, (last or 0) + 1, version, action, reason)],
        "task string, step bigint, version string, action string, reason string",
    )
    tables.append(row.withColumn("as_of", tables.instant(as_of)), CHAMPIONS)


def fingerprint(frame: DataFrame, columns: Sequence[str], recipe: str) -> str:
    """Return eight hex digits that stand for the rows (in any order) and for how a model is made from them."""
    content = F.sum(F.xxhash64(*columns).cast("decimal(38,0)")).alias("content")
    row = one_row(frame.agg(F.count(F.lit(1)).alias("rows"), content))
    return digest([recipe, *columns, str(row["rows"]), str(row["content"])])


def digest(words: Sequence[str]) -> str:
    """Return eight hex digits that stand for words in their order."""
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:8]


def is_current(last: Version | None, now: Version | None, data_as_of: datetime, content: str) -> bool:
    """Return whether training again would change nothing.

    That is so where the newest version is of this content, and is the champion or was measured against it.
    """
    if last is None or now is None or not last.version.endswith(suffix(data_as_of, content)):
        return False
    return now.version in (last.version, last.measured_against)


def next_version(last: Version | None, data_as_of: datetime, content: str) -> str:
    """Return the name of the version after `last`; the counter in front sorts names in the order of publication."""
    count = int(last.version.split("-")[0]) + 1 if last is not None else 1
    return f"{count:04d}{suffix(data_as_of, content)}"


def suffix(data_as_of: datetime, content: str) -> str:
    """Return the part of a version's name that follows from what it is made of."""
    return f"-{data_as_of:%Y%m%d}-{content}"


def below_root(path: str) -> str:
    """Return a path of HDFS without the address of its NameNode, which a restored platform has another one of."""
    return urlsplit(path).path if path.startswith("hdfs://") else path
