"""Score every customer's churn risk at the run's as-of date with the newest model."""

import argparse
from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark.churn import model
from spark.common import registry, tables
from spark.common.clock import run_bounds
from spark.common.errors import entry_point
from spark.common.frames import one_row
from spark.common.locks import hold
from spark.common.session import session
from spark.common.settings import Settings, settings

TABLE = "predictions.churn_scores"


def main(argv: Sequence[str] | None = None) -> None:
    """Score with the newest churn model and store the scores."""
    argparse.ArgumentParser(prog="spark.churn.score", description=__doc__).parse_args(argv)
    config = settings()
    with hold(config, "models"):
        print(run(session("churn-score", config, "learner"), config))


def run(spark: SparkSession, config: Settings) -> str:
    """Score in a given session, and return the summary in one line; without a model there is nothing to do."""
    champion = registry.newest(spark, model.TASK)
    if champion is None:
        return "churn: nothing scored: no model yet; `make train` makes one where there is something to learn"
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, "churn.churn_features")
    registry.require_rows_at(features, "churn.churn_features", as_of)
    predicted = champion.load().transform(features.where(F.col("as_of") == tables.instant(as_of)))
    scores = model.with_probability(predicted).withColumn("model_version", F.lit(champion.version))
    tables.replace(scores, TABLE, as_of)
    stored = tables.read(spark, TABLE, as_of)
    row = one_row(stored.agg(F.count(F.lit(1)).alias("rows"), F.avg("churn_probability").alias("mean")))
    return f"churn {champion.version}: {row['rows']:,} customers scored, mean risk {row['mean'] or 0:.3f}"


if __name__ == "__main__":
    entry_point(main)()
