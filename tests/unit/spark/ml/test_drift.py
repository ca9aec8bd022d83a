"""Shares by tenth, then and now, and the index of them."""

import math
from datetime import datetime

import pytest
from pyspark.sql import SparkSession

from common import tables
from common.thresholds import SHIFTED_INDEX
from spark.ml import drift
from spark.ml.drift import Profile

AS_OF = datetime(2011, 12, 10)


def test_tenths_and_what_is_above_and_what_has_no_value(spark: SparkSession) -> None:
    rows = spark.range(1, 101).selectExpr("id as n", "if(id <= 75, 1, id) as mostly_one", "if(id > 80, null, id) as h")
    n, ones, holes = drift.profiles(rows, ["n", "mostly_one", "h"])
    assert n.edges == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert n.shares == pytest.approx([0.1] * 10 + [0])
    # Seven tenths end at 1.
    assert ones.edges == [1, 80, 90]
    assert ones.shares == pytest.approx([0.75, 0.05, 0.1, 0.1, 0])
    assert holes.shares[-1] == pytest.approx(0.2)


def test_a_number_that_is_never_known_has_one_bin(spark: SparkSession) -> None:
    [profile] = drift.profiles(spark.range(3).selectExpr("cast(null as int) as age"), ["age"])
    assert profile == Profile("age", [], [0.0, 1.0])


def test_the_index_is_the_formula_and_an_empty_bin_is_no_infinity() -> None:
    assert drift.psi([0.5, 0.5], [0.5, 0.5]) == 0.0
    assert drift.psi([0.5, 0.5], [0.2, 0.8]) == pytest.approx(-0.3 * math.log(0.4) + 0.3 * math.log(1.6))
    assert 5 < drift.psi([1.0, 0.0], [0.0, 1.0]) < 20


def test_a_scoring_is_compared_with_the_training_and_stored_once(predictions: SparkSession) -> None:
    then = predictions.range(100).selectExpr("cast(id as double) as score", "1 as same")
    rows = [("churn", "0001", one.name, one.edges, one.shares) for one in drift.profiles(then, ["score", "same"])]
    schema = tables.read(predictions, drift.PROFILES).schema
    tables.append(predictions.createDataFrame(rows, schema), drift.PROFILES)
    now = predictions.range(100).selectExpr("cast(id + 30 as double) as score", "1 as same")
    for _ in range(2):
        shifted = drift.record(predictions, "churn", "0001", now, AS_OF)
    assert shifted.startswith("; drift: score PSI ")
    stored = tables.read(predictions, drift.TABLE).orderBy("name").collect()
    assert [(row["version"], row["as_of"], row["name"], row["rows"]) for row in stored] == [
        ("0001", AS_OF, "same", 100),
        ("0001", AS_OF, "score", 100),
    ]
    assert stored[0]["psi"] == 0.0
    assert stored[1]["psi"] > SHIFTED_INDEX
    assert drift.record(predictions, "churn", "0001", then, AS_OF) == ""


def test_nobody_to_score_is_no_drift_and_said(predictions: SparkSession) -> None:
    schema = tables.read(predictions, drift.PROFILES).schema
    tables.append(
        predictions.createDataFrame([("churn", "0001", "score", [1.0], [0.5, 0.5, 0.0])], schema), drift.PROFILES
    )
    nobody = predictions.range(0).selectExpr("cast(id as double) as score")
    assert drift.record(predictions, "churn", "0001", nobody, AS_OF) == "; drift: there was no row to compare"
    assert tables.read(predictions, drift.TABLE).count() == 0
