"""Put every customer with known purchases into a segment at the run's as-of date, with the champion."""

from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.errors import entry_point
from spark.ml import scoring
from spark.ml.scoring import Scoring
from spark.segments import model


def predict(champion: PipelineModel, features: DataFrame) -> DataFrame:
    """Return the customers whose purchases are known, with their segments."""
    return champion.transform(model.prepare(features))


def summarise(stored: DataFrame) -> str:
    """Return how many customers there are, and how many in each segment."""
    groups = stored.groupBy("segment_name").count().orderBy(F.col("count").desc()).collect()
    sizes = ", ".join(f"{row['segment_name']} {row['count']:,}" for row in groups)
    return f"{sum(row['count'] for row in groups):,} customers: {sizes or 'none'}"


SCORING = Scoring(model.TASK, model.MART, "predictions.segment_assignments", predict, summarise)


def main(argv: Sequence[str] | None = None) -> None:
    """Assign with the champion and store the assignments."""
    scoring.main(SCORING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
