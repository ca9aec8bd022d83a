"""Answers of models that had not seen what they were asked: rows in folds, each answered by a model of the others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from common.frames import fix_order, sample_rows
from spark.ml.evaluation import MOST_ROWS, Numbers
from spark.satisfaction import model, regression, weighing
from spark.satisfaction.baselines import Codes

FOLDS = 5
# So many cities, and each is left out on its own; where there are more, they are left out in so many groups.
MOST_CITIES = 10
GROUPED, BY_CITY = "fold", "city_fold"
# The answer to a row that no model could be asked about, and one that is no class of the training rows.
NOT_ASKED, OTHER = -1, -2


@dataclass(frozen=True)
class HeldOut:
    """The rows that models are measured on, at most MOST_ROWS of them.

    Args:
        frame: columns of `prepared`, `label`, `row` (from 0), `fold` and `city_fold`.
        table: the same rows, at index `row`.
        labels: the classes; a code is a place in it.
    """

    frame: DataFrame
    table: pd.DataFrame
    labels: list[str]

    def codes(self, column: str) -> Codes:
        """Return a column of whole numbers."""
        return self.table[column].to_numpy(np.int64)


def hold_out(training: DataFrame, total: int, labels: list[str]) -> HeldOut:
    """Return the rows to measure on, chosen by a hash of their features.

    `fold` follows from the features alone, so that rows equal but for the customer are in one fold, and `city_fold`
    from the city alone.
    """
    some = sample_rows(training, total, MOST_ROWS, *model.FEATURES)
    cities = some.select("city").distinct().count()
    by_city = (
        F.dense_rank().over(Window.orderBy("city")) - 1
        if cities <= MOST_CITIES
        else F.pmod(F.xxhash64("city"), F.lit(MOST_CITIES))
    )
    frame = fix_order(
        some.select(
            "*",
            (F.row_number().over(Window.orderBy(*model.KEY)) - 1).alias("row"),
            F.xxhash64(*model.FEATURES).alias("alike"),
            F.pmod(F.xxhash64(*model.FEATURES), F.lit(FOLDS)).alias(GROUPED),
            by_city.cast("long").alias(BY_CITY),
        ),
        "row",
    )
    # Times are compared in Spark: pandas would shift them.
    table = frame.drop("as_of", model.KNOWN_AT).toPandas().set_index("row").sort_index()
    return HeldOut(frame, table, labels)


def encode(rows: HeldOut, encoder: PipelineModel) -> Numbers:
    """Return the rows as a classifier takes them, of shape (rows, features).

    No encoder looks at a label, so one serves all folds.
    """
    table = encoder.transform(rows.frame).select("row", vector_to_array(F.col("features")).alias("features")).toPandas()
    return np.array(table.set_index("row").sort_index()["features"].tolist(), float)


def cross_validate(features: Numbers, label: Codes, fold: Codes, classes: int, penalty: float) -> Codes:
    """Return the class that each row was answered with, by a regression that saw no row of its fold.

    Args:
        features: of shape (rows, features).
        label: the classes, from 0.
        fold: rows of one are left out together. Where its other rows are of one class, a fold is not asked.
        classes: how many there are, in these rows or others.
        penalty: of the regression.
    """
    answers = np.full(label.size, NOT_ASKED, np.int64)
    for one in np.unique(fold):
        learned = fold != one
        if np.unique(label[learned]).size > 1:
            fitted = regression.fit(features[learned], label[learned], classes, penalty)
            over = weighing.thresholds(fitted.probabilities(features[learned]), label[learned])
            answers[~learned] = weighing.answers(fitted.probabilities(features[~learned]), over)
    return answers


def favour(features: Numbers, label: Codes, classes: int, penalty: float) -> list[float]:
    """Return the thresholds of a regression of all these rows, by class; see `weighing`."""
    fitted = regression.fit(features, label, classes, penalty)
    return [float(one) for one in weighing.thresholds(fitted.probabilities(features), label)]


def answers_of(rows: HeldOut, stored: PipelineModel, some: DataFrame) -> Codes:
    """Return what a stored pipeline says of some of the rows; the others are not asked."""
    place = F.array_position(F.array(*(F.lit(name) for name in rows.labels)), F.col("predicted_satisfaction")) - 1
    code = F.when(place < 0, OTHER).otherwise(place).alias("code")
    table = stored.transform(some).select("row", code).toPandas()
    answers = np.full(len(rows.table), NOT_ASKED, np.int64)
    answers[table["row"].to_numpy(np.int64)] = table["code"].to_numpy(np.int64)
    return answers
