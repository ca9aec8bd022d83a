"""What a training hands over, and how it is published: a fitted pipeline in its folder and what was measured of it.

The folder is written first and the row of `model_versions` last, in one Delta commit: training that is interrupted
leaves the models and the champion before it, and the next training writes over what it left.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import lake_paths, tables
from common.revision import code_revision
from common.settings import Settings
from spark.ml import registry
from spark.ml.comparison import Bin
from spark.ml.drift import PROFILES, Profile
from spark.ml.evaluation import Measure
from spark.ml.leakage import Finding
from spark.ml.registry import Version
from spark.ml.single_column import Rows

EVALUATIONS = "predictions.model_evaluations"
CURVES = "predictions.reliability_curves"
STATEMENTS = "predictions.model_statements"
FINDINGS = "predictions.guard_findings"


@dataclass(frozen=True)
class Learned:
    """A fitted model and what is known of it.

    Args:
        rows: how many it was fitted to.
        features: the columns of the feature table that it reads.
        measures: on rows that it had not learned from. Where there was a champion that could still be measured, they
            hold the subject `CHAMPION` and `<decided_by>_difference`, the model's minus the champion's.
        decided_by: the metric by which it has to win.
        summary: the measures in one line.
        profiles: of the customers of the run's as-of date.
        labelled: the rows for the leakage guard; None where there is no label that could leak.
        statements: what its data can and cannot support, one sentence each.
        compared_on: the rows that the champion was measured on, in words, where they are others than the measures'.
    """

    model: PipelineModel
    rows: int
    features: Sequence[str]
    measures: Sequence[Measure]
    decided_by: str
    summary: str
    profiles: Sequence[Profile] = ()
    curves: Sequence[Bin] = ()
    labelled: Rows | None = None
    statements: Sequence[str] = ()
    compared_on: str = ""


@dataclass(frozen=True)
class Trained:
    """What is to be published.

    Args:
        features: the columns that the model reads, each with its type: "recency_days int".
        champion: whom it was measured against; None for the first model of the task.
        findings: what the leakage guard found too good, and why it is no leak.
    """

    task: str
    version: str
    data_as_of: datetime
    features: Sequence[str]
    champion: Version | None
    learned: Learned
    findings: Sequence[Finding] = ()


def publish(spark: SparkSession, settings: Settings, trained: Trained) -> None:
    """Store a fitted pipeline and what was measured of it, then the row that publishes it.

    The first model of a task becomes its champion at once; any other is a challenger until `promotion.promote`.
    """
    learned = trained.learned
    path = f"{settings.hdfs_url}{lake_paths.MODELS}/{trained.task}/{trained.version}"
    # Training that was interrupted before the last write leaves all of this under the same name, read by nobody.
    learned.model.write().overwrite().save(path)
    store(spark, trained, EVALUATIONS, [astuple(measure) for measure in learned.measures])
    store(spark, trained, CURVES, [astuple(point) for point in learned.curves])
    store(spark, trained, PROFILES, [astuple(profile) for profile in learned.profiles])
    store(spark, trained, STATEMENTS, list(enumerate(learned.statements, 1)))
    store(spark, trained, FINDINGS, [astuple(finding) for finding in trained.findings])
    if trained.champion is None:
        registry.log(spark, trained.task, trained.version, registry.PROMOTED, "the first model", trained.data_as_of)
    row = spark.range(1).select(
        F.lit(trained.task).alias("task"),
        F.lit(trained.version).alias("version"),
        tables.instant(trained.data_as_of).alias("data_as_of"),
        F.lit(learned.rows).cast("bigint").alias("rows_trained"),
        F.array(*(F.lit(name) for name in trained.features)).alias("features"),
        F.lit(registry.digest(trained.features)).alias("feature_hash"),
        F.lit(code_revision()).alias("code_revision"),
        F.lit(trained.champion.version if trained.champion else None).cast("string").alias("measured_against"),
        F.lit(learned.decided_by).alias("decided_by"),
        F.lit(registry.below_root(path)).alias("path"),
    )
    tables.append(row, registry.TABLE)


def store(spark: SparkSession, trained: Trained, name: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Put what is known of a version in place of what an interrupted training may have left of it."""
    if not rows:
        return
    named = [(trained.task, trained.version, *row) for row in rows]
    of_version = (F.col("task") == trained.task) & (F.col("version") == trained.version)
    tables.replace_where(spark.createDataFrame(named, tables.read(spark, name).schema), name, of_version)
