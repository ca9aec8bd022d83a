"""Churn: cuts, inputs, the pipeline and its explanations on rows that a reader can check."""

import math
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from common.thresholds import CHURN_HORIZON_DAYS, HOLD_OUT_CUT, TRAINING_CUTS
from spark.churn import model
from spark.churn.bgnbd import Parameters
from spark.churn.reasons import reasons

AS_OF = datetime(2011, 12, 10)
CUT = AS_OF - timedelta(days=180)
FEATURES = (
    "source string, customer_id string, as_of timestamp, days_before int, recency_days int, frequency bigint, "
    "monetary decimal(18,4), tenure_days int"
)
LABELS = "source string, customer_id string, as_of timestamp, is_churned boolean"
PAPER = Parameters(r=0.243, alpha=30.9, a=0.793, b=2.426)


def test_no_label_window_of_a_training_cut_reaches_into_the_hold_out() -> None:
    assert all(days - CHURN_HORIZON_DAYS >= HOLD_OUT_CUT for days in TRAINING_CUTS)


def history(spark: SparkSession, customers: int = 200) -> tuple[DataFrame, DataFrame]:
    """Return features and labels at one cut, of customers who churned the likelier the longer ago they bought."""
    chance = np.random.default_rng(3)
    bought, went = [], []
    for n in range(customers):
        recency = 1 + n % 120
        bought.append(("shop", str(n), CUT, 180, recency, 1 + n % 7, Decimal(5 * (n % 50)), recency + n % 90))
        went.append(("shop", str(n), CUT, bool(chance.random() < recency / 120)))
    return spark.createDataFrame(bought, FEATURES), spark.createDataFrame(went, LABELS)


def test_labels_meet_features_by_customer_and_cut(spark: SparkSession) -> None:
    features, labels = history(spark, 20)
    elsewhere = labels.selectExpr("'other' as source", "customer_id", "as_of", "is_churned")
    assert model.with_label(features, labels.union(elsewhere)).count() == 20
    assert model.with_label(features, elsewhere).count() == 0


def test_inputs_are_logs_and_money_has_a_floor(spark: SparkSession) -> None:
    lost = spark.createDataFrame([("shop", "x", AS_OF, 0, 0, 3, Decimal("-7.5"), 9)], FEATURES)
    row = model.inputs(PAPER).transform(lost).collect()[0]
    assert [row[name] for name in model.INPUTS[:4]] == pytest.approx([0.0, math.log(4), 0.0, math.log(10)])
    assert row["rhythm_probability"] == pytest.approx(1 / (1 + math.exp(-row["logit_p0"])))


@pytest.fixture(scope="module")
def fitted_model(spark: SparkSession) -> tuple[DataFrame, PipelineModel]:
    """Return labelled rows and the pipeline fitted to them."""
    rows = model.with_label(*history(spark)).localCheckpoint()
    return rows, model.fit(rows, rows)


def test_a_stored_model_is_the_same_model(
    fitted_model: tuple[DataFrame, PipelineModel], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows, fitted = fitted_model
    path = f"file://{tmp_path_factory.mktemp('model')}/churn"
    fitted.write().save(path)
    scores = [model.transform(rows).orderBy("customer_id").collect() for model in (fitted, PipelineModel.load(path))]
    assert scores[0] == scores[1]


def test_who_bought_long_ago_is_likelier_to_churn_and_the_mean_is_what_happened(
    fitted_model: tuple[DataFrame, PipelineModel],
) -> None:
    rows, fitted = fitted_model
    predicted = fitted.transform(rows)
    early, late = (
        predicted.where(where).agg(F.avg("churn_probability")).collect()[0][0]
        for where in ("recency_days < 20", "recency_days > 100")
    )
    assert early < 0.3 < 0.7 < late
    mean = predicted.agg(F.avg("churn_probability").alias("predicted"), F.avg("label").alias("was")).collect()[0]
    assert mean["predicted"] == pytest.approx(mean["was"], abs=1e-3)


def test_contributions_add_up_to_the_log_odds_and_are_nothing_for_the_average_customer(
    fitted_model: tuple[DataFrame, PipelineModel],
) -> None:
    rows, fitted = fitted_model
    added = [F.avg(column).alias(name) for name, column in model.contributions().items()]
    means = fitted.transform(rows).agg(*added, F.avg("log_odds").alias("log_odds")).collect()[0]
    assert [means[name] for name in model.INPUTS] == pytest.approx([0] * 5, abs=1e-9)
    constant = means["log_odds"]
    total = sum(model.contributions().values(), F.lit(constant))
    gaps = fitted.transform(rows).select(F.max(F.abs(F.col("log_odds") - total))).collect()[0][0]
    assert gaps < 1e-9


def test_customers_who_are_all_alike_give_their_common_share(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("shop", str(n), CUT, 180, 9, 1, Decimal(5), 9, float(n < 3)) for n in range(4)], FEATURES + ", label double"
    )
    probabilities = [row["churn_probability"] for row in model.fit(rows, rows).transform(rows).collect()]
    assert probabilities == pytest.approx([0.75] * 4, abs=1e-2)


def test_a_calibration_finds_the_shares_that_happened_and_keeps_the_order(spark: SparkSession) -> None:
    # Said 0.5, 0.9 and 0.99; happened 1, 3 and 7 of 8.
    rows = [(float(n < ones), odds) for ones, odds in ((1, 0.0), (3, math.log(9)), (7, math.log(99))) for n in range(8)]
    frame = spark.createDataFrame(rows, "label double, log_odds double")
    calibrated = model.probability(*model.calibration(frame)).transform(frame)
    means = [
        row["p"]
        for row in calibrated.groupBy("log_odds").agg(F.avg("churn_probability").alias("p")).sort("log_odds").collect()
    ]
    assert means == pytest.approx([1 / 8, 3 / 8, 7 / 8], abs=0.05)
    upside_down = model.calibration(frame.selectExpr("1 - label as label", "log_odds"))
    assert upside_down[1:] == pytest.approx((0, 0), abs=1e-6)


def test_reasons_are_the_weightiest_in_words(spark: SparkSession) -> None:
    row = spark.createDataFrame([(120, 1, Decimal("1234.5"), 200, 0.62)], REASONED)
    added = {
        "log_recency_days": F.lit(0.5),
        "log_frequency": F.lit(0.01),
        "log_monetary": F.lit(-0.9),
        "log_tenure_days": F.lit(-0.2),
        "logit_p0": F.lit(0.3),
    }
    assert row.select(reasons(added).alias("reasons")).collect()[0]["reasons"] == [
        "a spend of 1,234.50 lowers the risk",
        "rhythm aside, no order for 120 days raises the risk",
        "the buying rhythm, by which 62 % of such customers stay away, raises the risk",
    ]


def test_an_average_customer_has_no_reasons_and_one_is_singular(spark: SparkSession) -> None:
    row = spark.createDataFrame([(1, 1, Decimal(0), 1, 0.5)], REASONED)
    added = dict.fromkeys(model.INPUTS, F.lit(0.0))
    assert row.select(reasons(added).alias("reasons")).collect()[0]["reasons"] == []
    often = row.select(reasons({**added, "log_frequency": F.lit(1.0)}).alias("reasons"))
    assert often.collect()[0]["reasons"] == ["rhythm aside, a history of 1 order raises the risk"]


REASONED = "recency_days int, frequency bigint, monetary decimal(18,4), tenure_days int, rhythm_probability double"
