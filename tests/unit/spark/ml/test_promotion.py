"""A challenger takes over where it won against the very champion; a rollback returns to the one before."""

from datetime import datetime

import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from common import tables
from common.errors import UserError
from spark.ml import promotion, registry
from spark.ml.evaluation import Measure
from spark.ml.publication import EVALUATIONS, Learned, Trained
from spark.ml.registry import Version

AS_OF = datetime(2011, 12, 10)


def publish_rows(
    spark: SparkSession, version: str, against: str | None, difference: float | None = None, **other: str
) -> None:
    """Publish a model as its rows: measured with a Brier score of 0.2, better than the champion by `difference`."""
    rows: list[tuple[object, ...]] = [("churn", version, "model", "brier", 0.2, 0.1, 0.3)]
    if difference is not None:
        ends = (difference - 0.01, difference + 0.01)
        rows.append(("churn", version, "champion", "brier", 0.2 - difference, None, None))
        rows.append(("churn", version, "champion", "brier_difference", difference, *ends))
    schema = tables.read(spark, EVALUATIONS).schema
    tables.append(spark.createDataFrame(rows, schema), EVALUATIONS)
    features = [other.get("features", "n bigint")]
    row = ("churn", version, AS_OF, 9, features, "x", "unknown", against, "brier", "nowhere")
    tables.append(spark.createDataFrame([row], tables.read(spark, registry.TABLE).schema), registry.TABLE)
    if against is None:
        registry.log(spark, "churn", version, registry.PROMOTED, "the first model", AS_OF)


def champion(spark: SparkSession) -> str:
    version = registry.champion(spark, "churn")
    assert version is not None
    return version.version


def test_a_winner_is_promoted_and_a_rollback_undoes_it(predictions: SparkSession) -> None:
    publish_rows(predictions, "0001", None)
    assert "nothing to promote" in promotion.promote(predictions, "churn", AS_OF)
    publish_rows(predictions, "0002", "0001", -0.02)
    summary = promotion.promote(predictions, "churn", AS_OF)
    assert "brier 0.2000 against 0.2200 of 0001, difference -0.0200 (95 % -0.0300 to -0.0100)" in summary
    assert champion(predictions) == "0002"
    assert "champion again instead of 0002" in promotion.rollback(predictions, "churn", AS_OF)
    assert champion(predictions) == "0001"
    with pytest.raises(UserError, match="no champion before 0001"):
        promotion.rollback(predictions, "churn", AS_OF)
    log = tables.read(predictions, registry.CHAMPIONS).orderBy("step").collect()
    assert [(row["step"], row["version"], row["action"]) for row in log] == [
        (1, "0001", "promoted"),
        (2, "0002", "promoted"),
        (3, "0001", "rolled back"),
    ]


@pytest.mark.parametrize("difference", [0.001, 0.0, float("nan")])
def test_who_did_not_win_is_refused_with_the_numbers(predictions: SparkSession, difference: float) -> None:
    publish_rows(predictions, "0001", None)
    publish_rows(predictions, "0002", "0001", difference)
    with pytest.raises(UserError, match=r"0001 stays, 0002 did not win: brier (0\.2000|nan) against"):
        promotion.promote(predictions, "churn", AS_OF)
    assert champion(predictions) == "0001"


def test_a_win_against_another_champion_does_not_count(predictions: SparkSession) -> None:
    publish_rows(predictions, "0001", None)
    publish_rows(predictions, "0002", "0001", -0.02)
    promotion.promote(predictions, "churn", AS_OF)
    publish_rows(predictions, "0003", "0001", -0.02)
    with pytest.raises(UserError, match="0003 was measured against 0001, and the champion is 0002 now"):
        promotion.promote(predictions, "churn", AS_OF)


def test_a_champion_that_was_not_measured_gives_way(predictions: SparkSession) -> None:
    publish_rows(predictions, "0001", None)
    publish_rows(predictions, "0002", "0001")
    assert "0001 was not measured on the same rows" in promotion.promote(predictions, "churn", AS_OF)
    assert champion(predictions) == "0002"


def test_a_run_takes_who_won_and_goes_on_where_nobody_did(predictions: SparkSession) -> None:
    assert promotion.promote_if_won(predictions, "churn", AS_OF) == ""
    publish_rows(predictions, "0001", None)
    assert promotion.promote_if_won(predictions, "churn", AS_OF) == ""
    publish_rows(predictions, "0002", "0001", 0.01)
    assert "0001 stays, 0002 did not win" in promotion.promote_if_won(predictions, "churn", AS_OF)
    assert champion(predictions) == "0001"
    publish_rows(predictions, "0003", "0001", -0.01)
    assert "0003: promoted" in promotion.promote_if_won(predictions, "churn", AS_OF)
    assert champion(predictions) == "0003"


def test_without_a_model_there_is_nothing_to_decide(predictions: SparkSession) -> None:
    assert "no model yet" in promotion.promote(predictions, "churn", AS_OF)
    with pytest.raises(UserError, match="no champion before the first model"):
        promotion.rollback(predictions, "churn", AS_OF)


def test_training_says_whether_it_won() -> None:
    before = Version("segments", "0001", "")
    gap = Measure("champion", "stability_difference", 0.02, -0.01, 0.05)
    learned = Learned(PipelineModel([]), 9, [], [gap], "stability", "")
    challenger = Trained("segments", "0002", AS_OF, [], before, learned)
    assert promotion.clause(challenger) == (
        "; a challenger of 0001: stability difference +0.0200 (95 % -0.0100 to +0.0500), "
        "won: `make promote TASK=segments`"
    )
    assert promotion.is_won("brier", -0.1) and not promotion.is_won("auc", -0.1)
