"""Score every customer's churn risk at the run's as-of date with the champion."""

from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame

from common.errors import entry_point
from spark.churn import model
from spark.churn.reasons import reasons
from spark.ml import scoring
from spark.ml.scoring import Scoring, customers_scored


def predict(champion: PipelineModel, features: DataFrame) -> DataFrame:
    """Return the probabilities of customers, and the reasons for them."""
    return champion.transform(features).select("*", reasons(model.contributions()).alias("reasons"))


def summarise(stored: DataFrame) -> str:
    """Return how many customers were scored, and their mean risk."""
    return customers_scored(stored, "churn_probability", "risk")


SCORING = Scoring(model.TASK, model.MART, "predictions.churn_scores", predict, summarise)


def main(argv: Sequence[str] | None = None) -> None:
    """Score with the champion and store the scores."""
    scoring.main(SCORING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
