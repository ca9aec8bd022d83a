"""Published models: a fitted pipeline in its folder, and the row that makes it exist.

The folder is written first and the row last, in one Delta commit: training that is interrupted leaves the model that
was newest before it as the newest.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.common import tables
from spark.common.errors import UserError
from spark.common.frames import one_row
from spark.common.settings import Settings

TABLE = "predictions.model_versions"


@dataclass(frozen=True)
class Version:
    """A published model."""

    task: str
    version: str
    path: str

    def load(self) -> PipelineModel:
        """Return the fitted pipeline."""
        return PipelineModel.load(self.path)


def newest(spark: SparkSession, task: str) -> Version | None:
    """Return the model of a task that was published last, or None where there is none yet."""
    rows = tables.read(spark, TABLE).where(F.col("task") == task).orderBy(F.col("version").desc()).take(1)
    return Version(task, rows[0]["version"], rows[0]["path"]) if rows else None


def fingerprint(frame: DataFrame, columns: Sequence[str], recipe: str) -> str:
    """Return eight hex digits that stand for the rows (in any order) and for how a model is made from them."""
    content = F.sum(F.xxhash64(*columns).cast("decimal(38,0)")).alias("content")
    row = one_row(frame.agg(F.count(F.lit(1)).alias("rows"), content))
    text = "|".join([recipe, *columns, str(row["rows"]), str(row["content"])])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_current(last: Version | None, data_as_of: datetime, content: str) -> bool:
    """Return whether the newest version is made of this content already, so that training again changes nothing."""
    return last is not None and last.version.endswith(suffix(data_as_of, content))


def next_version(last: Version | None, data_as_of: datetime, content: str) -> str:
    """Return the name of the version after `last`; the counter in front sorts names in the order of publication."""
    count = int(last.version.split("-")[0]) + 1 if last is not None else 1
    return f"{count:04d}{suffix(data_as_of, content)}"


def suffix(data_as_of: datetime, content: str) -> str:
    """Return the part of a version's name that follows from what it is made of."""
    return f"-{data_as_of:%Y%m%d}-{content}"


def publish(
    spark: SparkSession,
    config: Settings,
    model: PipelineModel,
    task: str,
    version: str,
    data_as_of: datetime,
    rows_trained: int,
    features: Sequence[str],
    metrics: Mapping[str, float],
) -> None:
    """Store a fitted pipeline, then the row that publishes it."""
    path = f"{config.hdfs_url}/lake/models/{task}/{version}"
    # Training that was interrupted between the two writes leaves a folder of this name, which nobody reads.
    model.write().overwrite().save(path)
    row = spark.range(1).select(
        F.lit(task).alias("task"),
        F.lit(version).alias("version"),
        tables.instant(data_as_of).alias("data_as_of"),
        F.lit(rows_trained).cast("bigint").alias("rows_trained"),
        F.array(*(F.lit(name) for name in features)).alias("features"),
        F.create_map(*(F.lit(part) for pair in sorted(metrics.items()) for part in pair)).alias("metrics"),
        F.lit(path).alias("path"),
    )
    tables.append(row, TABLE)


def require_rows_at(frame: DataFrame, name: str, as_of: datetime) -> None:
    """Raise where a feature table has rows, but none at the run's as-of date: dbt built it for another run.

    Raises:
        UserError: the table is of another as-of date.
    """
    if frame.where(F.col("as_of") == tables.instant(as_of)).isEmpty() and not frame.isEmpty():
        raise UserError(f"{name} has no rows as of {as_of:%Y-%m-%d}, the run's date; run `make marts` again")
