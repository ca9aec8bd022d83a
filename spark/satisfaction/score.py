"""Predict the satisfaction of every customer with features at the run's as-of date, with the champion."""

from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.errors import entry_point
from common.frames import one_row
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.ml import drift, registry
from spark.satisfaction import model

TABLE = "predictions.satisfaction_scores"
FEATURES = "satisfaction.satisfaction_features"


def main(argv: Sequence[str] | None = None) -> None:
    """Score with the champion and store the scores."""
    Parser(prog="spark.satisfaction.score", description=__doc__).parse_args(argv)
    settings = read_settings()
    with hold(settings, "pipeline", "score"), telling_failures(settings, "satisfaction-score"):
        print(run(session("satisfaction-score", settings, "learner"), settings))


def run(spark: SparkSession, settings: Settings) -> str:
    """Score in a given session, and return the summary in one line; without a model there is nothing to do.

    Raises:
        UserError: the features are of another run, or not those that the champion learned from.
    """
    champion = registry.champion(spark, model.TASK)
    if champion is None:
        return "satisfaction: nothing scored: no model yet; `make train` makes one where there is something to learn"
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, FEATURES)
    registry.require_features(champion, features, FEATURES)
    registry.require_rows_at(features, FEATURES, as_of)
    registry.typed(features, FEATURES, [*model.KEY, *model.FEATURES])
    rows = model.prepared(features.where(F.col("as_of") == tables.instant(as_of)))
    scores = model.with_answer(champion.load().transform(rows)).withColumn("model_version", F.lit(champion.version))
    tables.replace(scores, TABLE, as_of)
    shifted = drift.record(spark, model.TASK, champion.version, rows, as_of)
    stored = tables.read(spark, TABLE, as_of)
    row = one_row(stored.agg(F.count(F.lit(1)).alias("rows"), F.avg("confidence").alias("mean")))
    mean = f"mean confidence {row['mean'] or 0:.3f}"
    return f"satisfaction {champion.version}: {row['rows']:,} customers scored, {mean}{shifted}"


if __name__ == "__main__":
    entry_point(main)()
