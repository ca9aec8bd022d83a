"""How customers are scored at their source's as-of date, the same way for every task: read, predict, replace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.frames import one_row
from common.run_bounds import run_bounds
from spark.ml import drift, mart, registry
from spark.ml.command import run_alone
from spark.ml.mart import Mart


@dataclass(frozen=True)
class Scoring:
    """How one task scores.

    Args:
        task: its name, which is that of its package.
        features: the mart that it reads.
        table: the table of predictions that it fills.
        predict: returns the columns of that table but `model_version`, and those whose drift is watched, of the model
            and the rows of the mart.
        summarise: returns the stored predictions in a few words.
    """

    task: str
    features: Mart
    table: str
    predict: Callable[[PipelineModel, DataFrame], DataFrame]
    summarise: Callable[[DataFrame], str]


def main(scoring: Scoring, description: str | None, argv: Sequence[str] | None) -> None:
    """Score with the champion of one task in a session of its own."""
    Parser(prog=f"spark.{scoring.task}.score", description=description).parse_args(argv)
    run_alone(scoring.task, "score", lambda spark, _: score(spark, scoring))


def score(spark: SparkSession, scoring: Scoring) -> str:
    """Score in a given session, and return the summary in one line; without a model there is nothing to do.

    Raises:
        UserError: the features are of another run, or not those that the champion learned from.
    """
    task, champion = scoring.task, registry.champion(spark, scoring.task)
    if champion is None:
        return f"{task}: nothing scored: no model yet; `make train` makes one where there is something to learn"
    bounds = run_bounds(spark)
    features = tables.read(spark, scoring.features.name)
    mart.require_features(champion, features, scoring.features.name)
    mart.require_rows_now(features, scoring.features.name, bounds)
    mart.require_columns(features, scoring.features)
    predicted = scoring.predict(champion.load(), features.where(bounds.is_now()))
    stored = predicted.withColumn("model_version", F.lit(champion.version))
    tables.replace_where(stored, scoring.table, bounds.is_now())
    shifted = drift.record(spark, task, champion.version, predicted, bounds.as_of)
    scores = tables.read(spark, scoring.table).where(bounds.is_now())
    return f"{task} {champion.version}: {scoring.summarise(scores)}{shifted}"


def customers_scored(stored: DataFrame, column: str, name: str) -> str:
    """Return how many customers were scored, and the mean of a column: `400 customers scored, mean risk 0.565`."""
    row = one_row(stored.agg(F.count(F.lit(1)).alias("rows"), F.avg(column).alias("mean")))
    return f"{row['rows']:,} customers scored, mean {name} {row['mean'] or 0:.3f}"
