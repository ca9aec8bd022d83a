"""Published models: a fitted pipeline in its folder, what was measured of it, and the row that makes it exist.

The folder is written first and the row last, in one Delta commit: training that is interrupted leaves the models and
the champion before it, and the next training writes over what it left.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import lake_paths, tables
from common.errors import UserError
from common.frames import one_row
from common.revision import code_revision
from common.settings import Settings
from spark.ml.comparison import Bin
from spark.ml.drift import Profile
from spark.ml.evaluation import Measure
from spark.ml.leakage import Finding

TABLE = "predictions.model_versions"
CHAMPIONS = "predictions.champions"
EVALUATIONS = "predictions.model_evaluations"
CURVES = "predictions.reliability_curves"
PROFILES = "predictions.feature_profiles"
STATEMENTS = "predictions.model_statements"
FINDINGS = "predictions.guard_findings"
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


@dataclass(frozen=True)
class Trained:
    """What training hands over to be published.

    Args:
        features: the columns that the model reads, each with its type; see `typed`.
        measures: on rows that it had not learned from. Where there was a champion that could still be measured, they
            hold the subject `CHAMPION` and `<decided_by>_difference`, the model's minus the champion's.
        decided_by: the metric by which it has to win.
        champion: whom it was measured against; None for the first model of the task.
        statements: what its data can and cannot support, one sentence each.
        explained: what `guard.require_honest` found too good and explained.
    """

    task: str
    version: str
    data_as_of: datetime
    rows: int
    model: PipelineModel
    features: Sequence[str]
    measures: Sequence[Measure]
    decided_by: str
    champion: Version | None
    curves: Sequence[Bin] = ()
    profiles: Sequence[Profile] = ()
    statements: Sequence[str] = ()
    explained: Sequence[Finding] = ()


def newest(spark: SparkSession, task: str) -> Version | None:
    """Return the model of a task that was published last, or None where there is none yet."""
    return max(published(spark, task).values(), key=lambda one: one.version, default=None)


def published(spark: SparkSession, task: str) -> dict[str, Version]:
    """Return every model of a task, by version."""
    names = ("task", "version", "path", "features", "measured_against", "decided_by")
    rows = tables.read(spark, TABLE).where(F.col("task") == task).select(*names).collect()
    return {row["version"]: Version(**{**row.asDict(), "features": tuple(row["features"] or ())}) for row in rows}


def reign(spark: SparkSession, task: str) -> list[Version]:
    """Return the champions of a task in order, the present one last; without those that were rolled back.

    A row of the log whose version was never published is of a training that was interrupted.
    """
    models = published(spark, task)
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
    stack = reign(spark, task)
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


def publish(spark: SparkSession, settings: Settings, trained: Trained) -> None:
    """Store a fitted pipeline and what was measured of it, then the row that publishes it.

    The first model of a task becomes its champion at once; any other is a challenger until `champions.promote`.
    """
    path = f"{settings.hdfs_url}{lake_paths.MODELS}/{trained.task}/{trained.version}"
    # Training that was interrupted before the last write leaves all of this under the same name, read by nobody.
    trained.model.write().overwrite().save(path)
    store(spark, trained, EVALUATIONS, [astuple(measure) for measure in trained.measures])
    store(spark, trained, CURVES, [astuple(point) for point in trained.curves])
    store(spark, trained, PROFILES, [astuple(profile) for profile in trained.profiles])
    store(spark, trained, STATEMENTS, list(enumerate(trained.statements, 1)))
    store(spark, trained, FINDINGS, [astuple(finding) for finding in trained.explained])
    if trained.champion is None:
        log(spark, trained.task, trained.version, PROMOTED, "the first model", trained.data_as_of)
    row = spark.range(1).select(
        F.lit(trained.task).alias("task"),
        F.lit(trained.version).alias("version"),
        tables.instant(trained.data_as_of).alias("data_as_of"),
        F.lit(trained.rows).cast("bigint").alias("rows_trained"),
        F.array(*(F.lit(name) for name in trained.features)).alias("features"),
        F.lit(digest(trained.features)).alias("feature_hash"),
        F.lit(code_revision()).alias("code_revision"),
        F.lit(trained.champion.version if trained.champion else None).cast("string").alias("measured_against"),
        F.lit(trained.decided_by).alias("decided_by"),
        F.lit(below_root(path)).alias("path"),
    )
    tables.append(row, TABLE)


def below_root(path: str) -> str:
    """Return a path of HDFS without the address of its NameNode, which a restored platform has another one of."""
    return urlsplit(path).path if path.startswith("hdfs://") else path


def store(spark: SparkSession, trained: Trained, name: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Put what is known of a version in place of what an interrupted training may have left of it."""
    if not rows:
        return
    named = [(trained.task, trained.version, *row) for row in rows]
    mine = (F.col("task") == trained.task) & (F.col("version") == trained.version)
    tables.replace_where(spark.createDataFrame(named, tables.read(spark, name).schema), name, mine)


def typed(frame: DataFrame, name: str, columns: Sequence[str]) -> list[str]:
    """Return columns of a table, each with its type: "recency_days int".

    Raises:
        UserError: the table lacks one.
    """
    types = {field.name: field.dataType.simpleString() for field in frame.schema}
    missing = [column for column in columns if column not in types]
    if missing:
        raise UserError(f"{name} has no column {', '.join(missing)}; run `make marts`, which builds it anew")
    return [f"{column} {types[column]}" for column in columns]


def changes(version: Version, frame: DataFrame) -> list[str]:
    """Return what has changed of the columns that a model reads, in words; empty where it can score the frame."""
    types = {field.name: field.dataType.simpleString() for field in frame.schema}
    wanted: Mapping[str, str] = dict(feature.split(" ", 1) for feature in version.features)
    return [
        f"{name} is {types[name]}, was {kind}" if name in types else f"{name} is gone"
        for name, kind in wanted.items()
        if types.get(name) != kind
    ]


def require_features(version: Version, frame: DataFrame, name: str) -> None:
    """Raise where the columns of a table are not those that the model learned from.

    Raises:
        UserError: they have changed; the text says which.
    """
    found = changes(version, frame)
    if found:
        raise UserError(
            f"{name} has changed since {version.task} {version.version} was trained: {'; '.join(found)}; run `make "
            f"marts` if it is old, or `make train` and `make promote TASK={version.task}` for a model of what it is now"
        )


def require_rows_at(frame: DataFrame, name: str, as_of: datetime) -> None:
    """Raise where a feature table has rows, but none at the run's as-of date: dbt built it for another run.

    Raises:
        UserError: the table is of another as-of date.
    """
    if frame.where(F.col("as_of") == tables.instant(as_of)).isEmpty() and not frame.isEmpty():
        raise UserError(f"{name} has no rows as of {as_of:%Y-%m-%d}, the run's date; run `make marts` again")
