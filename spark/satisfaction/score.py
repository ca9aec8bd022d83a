"""Predict the satisfaction of every customer with features at the run's as-of date, with the champion."""

from collections.abc import Sequence

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame

from common.errors import entry_point
from spark.ml import scoring
from spark.ml.scoring import Scoring, customers_scored
from spark.satisfaction import model


def predict(champion: PipelineModel, features: DataFrame) -> DataFrame:
    """Return the predicted satisfaction of customers, and how likely it is."""
    return model.with_answer(champion.transform(model.prepare(features)))


def summarise(stored: DataFrame) -> str:
    """Return how many customers were scored, and the mean confidence."""
    return customers_scored(stored, "confidence", "confidence")


SCORING = Scoring(model.TASK, model.MART, "predictions.satisfaction_scores", predict, summarise)


def main(argv: Sequence[str] | None = None) -> None:
    """Score with the champion and store the scores."""
    scoring.main(SCORING, __doc__, argv)


if __name__ == "__main__":
    entry_point(main)()
