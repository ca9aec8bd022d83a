"""Each measure against a value worked out by hand."""

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.common import metrics

ROWS = [("a", 1.0, 0.9), ("b", 1.0, 0.7), ("c", 0.0, 0.7), ("d", 0.0, 0.2)]


@pytest.fixture
def scored(spark: SparkSession) -> DataFrame:
    """Return four scored customers; b and c have the same score."""
    return spark.createDataFrame(ROWS, "customer_id string, label double, score double")


def test_auc_counts_pairs_and_a_tie_as_half(scored: DataFrame) -> None:
    # Pairs (churned, stayed): a>c, a>d, b=c, b>d = 3.5 of 4.
    assert metrics.ranking(scored, "label", "score")["auc"] == pytest.approx(3.5 / 4)


def test_pr_auc_of_a_perfect_order_is_one(spark: SparkSession) -> None:
    perfect = spark.createDataFrame([(1.0, 0.9), (1.0, 0.8), (0.0, 0.1)], "label double, score double")
    assert metrics.ranking(perfect, "label", "score") == {"auc": pytest.approx(1.0), "pr_auc": pytest.approx(1.0)}


def test_a_constant_score_ranks_nothing(spark: SparkSession) -> None:
    constant = spark.createDataFrame([(1.0, 0.5), (0.0, 0.5)], "label double, score double")
    assert metrics.ranking(constant, "label", "score")["auc"] == pytest.approx(0.5)


def test_brier_is_the_mean_squared_distance_and_ece_the_weighted_gap_of_the_bins(scored: DataFrame) -> None:
    found = metrics.calibration(scored, "label", "score")
    # 0.1² + 0.3² + 0.7² + 0.2² = 0.63 over 4 rows.
    assert found["brier"] == pytest.approx(0.63 / 4)
    # Bins: 0.9 → gap 0.1 (1 row); 0.7 → predicted 0.7, happened 0.5, gap 0.2 (2 rows); 0.2 → gap 0.2 (1 row).
    assert found["ece"] == pytest.approx((0.1 + 2 * 0.2 + 0.2) / 4)


def test_a_probability_of_one_falls_into_the_last_bin(spark: SparkSession) -> None:
    sure = spark.createDataFrame([(1.0, 1.0), (1.0, 0.95)], "label double, score double")
    assert metrics.calibration(sure, "label", "score")["ece"] == pytest.approx(0.025)


def test_lift_compares_the_top_with_all(scored: DataFrame) -> None:
    # The best of four has churned (rate 1), overall half: lift 2; the upper three: (2/3) / (1/2).
    assert metrics.top_lift(scored, "label", "score", ["customer_id"], share=0.25) == pytest.approx(2.0)
    assert metrics.top_lift(scored, "label", "score", ["customer_id"], share=0.75) == pytest.approx(4 / 3)


def test_lift_breaks_ties_by_key(scored: DataFrame) -> None:
    assert metrics.top_lift(scored, "label", "score", ["customer_id"], share=0.5) == pytest.approx(2.0)
    backwards = scored.withColumn("order", F.when(F.col("customer_id") == "c", 0).otherwise(1))
    assert metrics.top_lift(backwards, "label", "score", ["order"], share=0.5) == pytest.approx(1.0)


def test_classification_counts_yes_and_no(scored: DataFrame) -> None:
    found = metrics.classification(scored, "label", F.col("score") > 0.5)
    assert found == {"precision": pytest.approx(2 / 3), "recall": 1.0, "accuracy": 0.75}


def test_a_rule_that_never_says_yes_has_no_precision(scored: DataFrame) -> None:
    found = metrics.classification(scored, "label", F.lit(False))
    assert found == {"precision": 0.0, "recall": 0.0, "accuracy": 0.5}


def test_accuracy_and_macro_f1_of_a_confusion() -> None:
    confusion = {("yes", "yes"): 3, ("yes", "no"): 1, ("no", "no"): 4, ("no", "yes"): 2}
    assert metrics.accuracy(confusion) == pytest.approx(0.7)
    # F1(yes) = 6 / (4 + 5), F1(no) = 8 / (6 + 5).
    assert metrics.macro_f1(confusion) == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_a_class_that_is_never_predicted_counts_as_zero() -> None:
    assert metrics.macro_f1({("yes", "yes"): 2, ("no", "yes"): 2}) == pytest.approx((4 / 6 + 0) / 2)
