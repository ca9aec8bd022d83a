"""Churn: cuts, features and the pipeline on rows that a reader can check."""

import math
from datetime import datetime
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.churn import model

AS_OF = datetime(2011, 12, 10)
FEATURES = (
    "source string, customer_id string, as_of timestamp, recency_days int, frequency bigint, "
    "monetary decimal(18,4), tenure_days int"
)
LABELS = "source string, customer_id string, as_of timestamp, is_churned boolean"


def test_no_label_window_of_a_training_cut_reaches_into_the_hold_out() -> None:
    held_out = model.cut(AS_OF, model.HOLD_OUT_CUT)
    assert held_out == datetime(2011, 9, 11)
    assert all(model.cut(AS_OF, days - model.HORIZON_DAYS) <= held_out for days in model.TRAINING_CUTS)


def history(spark: SparkSession) -> tuple[DataFrame, DataFrame]:
    """Return features and labels of twenty customers at one cut; the ten who bought long ago churned."""
    cut = model.cut(AS_OF, 180)
    bought = [("shop", str(n), cut, n * 10, 20 - n, Decimal(5 * n), 200 + n) for n in range(20)]
    went = [("shop", str(n), cut, n >= 10) for n in range(20)]
    return spark.createDataFrame(bought, FEATURES), spark.createDataFrame(went, LABELS)


def test_labels_meet_features_by_customer_and_cut(spark: SparkSession) -> None:
    features, labels = history(spark)
    elsewhere = labels.selectExpr("'other' as source", "customer_id", "as_of", "is_churned")
    rows = model.labelled(features, labels.union(elsewhere)).orderBy("recency_days").collect()
    assert [row["label"] for row in rows] == [0.0] * 10 + [1.0] * 10
    assert model.labelled(features, elsewhere).count() == 0


def test_features_are_logs_and_money_has_a_floor(spark: SparkSession) -> None:
    lost = spark.createDataFrame([("shop", "x", AS_OF, 0, 3, Decimal("-7.5"), 9)], FEATURES)
    stage = model.pipeline().getStages()[0]
    row = stage.transform(lost).collect()[0]
    logs = [row[name] for name in model.LOGS]
    assert logs == pytest.approx([0.0, math.log(4), 0.0, math.log(10)])


def test_who_bought_long_ago_is_likelier_to_churn(spark: SparkSession) -> None:
    rows = model.labelled(*history(spark))
    predicted = model.with_probability(model.pipeline().fit(rows).transform(rows))
    by_recency = [row["churn_probability"] for row in predicted.orderBy("recency_days").collect()]
    assert by_recency[0] < 0.1
    assert by_recency[-1] > 0.9
    found = model.evaluate(predicted)
    assert found["auc"] == found["rule_auc"] == pytest.approx(1.0)
    # Recency 0 to 190 in tens: 16 customers are beyond 30 days, 10 of them churned.
    assert found["rule_precision"] == pytest.approx(10 / 16)
    assert found["rule_recall"] == 1.0
