"""The row is the publication: before it there is no model, and after it the first one scores."""

from datetime import datetime

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from common import tables
from common.settings import Settings
from spark.ml import registry
from spark.ml.comparison import Bin
from spark.ml.drift import Profile
from spark.ml.evaluation import Measure
from spark.ml.publication import CURVES, EVALUATIONS, Learned, Trained, publish
from spark.ml.registry import Version

AS_OF = datetime(2011, 12, 10)


def trained_model(version: str, champion: Version | None = None) -> Trained:
    """Return a model that adds one to `n`."""
    learned = Learned(
        model=PipelineModel([SQLTransformer(statement="select *, n + 1 as m from __THIS__")]),
        rows=9,
        features=["n"],
        measures=[Measure("model", "brier", 0.2, 0.1, 0.3)],
        decided_by="brier",
        summary="",
        profiles=[Profile("n", [1.0], [0.5, 0.5, 0.0])],
        curves=[Bin("model", 3, 0.31, 0.3, 9)],
    )
    return Trained("churn", version, AS_OF, ["n bigint"], champion, learned)


def test_the_first_model_is_the_champion_at_once_and_a_later_one_is_not(
    predictions: SparkSession, settings: Settings
) -> None:
    assert registry.champion(predictions, "churn") is None
    publish(predictions, settings, trained_model("0001"))
    first = registry.champion(predictions, "churn")
    assert first is not None and (first.version, first.features, first.decided_by) == ("0001", ("n bigint",), "brier")
    assert first.load().transform(predictions.range(1).withColumnRenamed("id", "n")).collect()[0]["m"] == 1
    publish(predictions, settings, trained_model("0002", first))
    assert registry.champion(predictions, "churn") == first
    newest = registry.newest(predictions, "churn")
    assert newest is not None and (newest.version, newest.measured_against) == ("0002", "0001")
    row = tables.read(predictions, registry.TABLE).where("version = '0001'").collect()[0]
    assert row["feature_hash"] == registry.digest(["n bigint"])
    assert row["code_revision"]
    assert [tuple(one) for one in tables.read(predictions, CURVES).where("version = '0001'").collect()] == [
        ("churn", "0001", "model", 3, 0.31, 0.3, 9)
    ]


def test_interrupted_training_leaves_the_champion_and_is_written_over(
    predictions: SparkSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(tables, "append", fails)
        with pytest.raises(KeyboardInterrupt):
            publish(predictions, settings, trained_model("0001"))
    assert registry.newest(predictions, "churn") is registry.champion(predictions, "churn") is None
    # As after an end between the log's row and the model's.
    registry.log(predictions, "churn", "0001", registry.PROMOTED, "the first model", AS_OF)
    assert registry.champion(predictions, "churn") is None
    publish(predictions, settings, trained_model("0001"))
    assert [one.version for one in registry.champions(predictions, "churn")] == ["0001"]
    assert tables.read(predictions, EVALUATIONS).count() == 1
