"""Put every customer with known purchases into a segment at the run's as-of date, with the champion."""

from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from common import tables
from common.cli import Parser
from common.errors import entry_point
from common.locks import hold
from common.run_bounds import run_bounds
from common.session import session, telling_failures
from common.settings import Settings, read_settings
from spark.ml import drift, registry
from spark.segments import model

TABLE = "predictions.segment_assignments"


def main(argv: Sequence[str] | None = None) -> None:
    """Assign with the champion and store the assignments."""
    Parser(prog="spark.segments.score", description=__doc__).parse_args(argv)
    settings = read_settings()
    with hold(settings, "pipeline", "score"), telling_failures(settings, "segments-score"):
        print(run(session("segments-score", settings, "learner"), settings))


def run(spark: SparkSession, settings: Settings) -> str:
    """Assign in a given session, and return the summary in one line; without a model there is nothing to do."""
    champion = registry.champion(spark, model.TASK)
    if champion is None:
        return "segments: nothing scored: no model yet; `make train` makes one where there is something to learn"
    as_of = run_bounds(spark).as_of
    features = tables.read(spark, "segments.segment_features")
    registry.require_features(champion, features, "segments.segment_features")
    registry.require_rows_at(features, "segments.segment_features", as_of)
    rows = model.prepared(features.where(F.col("as_of") == tables.instant(as_of)))
    assigned = champion.load().transform(rows).withColumn("model_version", F.lit(champion.version))
    tables.replace(assigned, TABLE, as_of)
    shifted = drift.record(spark, model.TASK, champion.version, rows, as_of)
    groups = tables.read(spark, TABLE, as_of).groupBy("segment_name").count().orderBy(F.col("count").desc()).collect()
    sizes = ", ".join(f"{row['segment_name']} {row['count']:,}" for row in groups)
    return f"segments {champion.version}: {sum(row['count'] for row in groups):,} customers: {sizes or 'none'}{shifted}"


if __name__ == "__main__":
    entry_point(main)()
