"""Versions follow from the data, the row is the publication, and features are those of the training."""

from datetime import datetime
from pathlib import Path

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from common import tables
from common.errors import UserError
from common.settings import Settings, read_settings
from spark.ml import registry
from spark.ml.comparison import Bin
from spark.ml.drift import Profile
from spark.ml.evaluation import Measure
from spark.ml.registry import Trained, Version, fingerprint, is_current, next_version

AS_OF = datetime(2011, 12, 10)


def test_the_fingerprint_follows_the_rows_not_their_order(spark: SparkSession) -> None:
    rows = [("a", 1), ("b", 2), ("b", 2)]
    one = spark.createDataFrame(rows, "k string, v int")
    other = spark.createDataFrame(rows[::-1], "k string, v int")
    assert fingerprint(one, ["k", "v"], "recipe") == fingerprint(other, ["k", "v"], "recipe")
    assert fingerprint(one, ["k", "v"], "recipe") != fingerprint(one.distinct(), ["k", "v"], "recipe")
    assert fingerprint(one, ["k", "v"], "recipe") != fingerprint(one, ["k", "v"], "another recipe")


def test_versions_count_up_and_sort_in_the_order_of_publication() -> None:
    first = next_version(None, AS_OF, "ffffffff")
    assert first == "0001-20111210-ffffffff"
    second = next_version(Version("churn", first, ""), datetime(2011, 9, 10), "00000000")
    assert second == "0002-20110910-00000000"
    assert first < second


def test_the_same_content_is_the_same_model_while_its_rival_is_the_champion() -> None:
    champion = Version("churn", "0001-20111210-0b0b0b0b", "")
    last = Version("churn", "0003-20111210-0a0a0a0a", "", measured_against=champion.version)
    assert is_current(last, champion, AS_OF, "0a0a0a0a")
    assert is_current(last, last, AS_OF, "0a0a0a0a")
    assert not is_current(last, Version("churn", "0002-20111210-0c0c0c0c", ""), AS_OF, "0a0a0a0a")
    assert not is_current(last, champion, AS_OF, "0b0b0b0b")
    assert not is_current(None, None, AS_OF, "0a0a0a0a")


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("hdfs://localhost:17004/lake/models/churn/0001", "/lake/models/churn/0001"),
        ("/lake/models/churn/0001", "/lake/models/churn/0001"),
        ("file:///lake/models/churn/0001", "file:///lake/models/churn/0001"),
    ],
)
def test_a_model_is_read_where_the_lake_is_now(stored: str, read: str) -> None:
    """A restored platform's NameNode has another port than the one that the row was written under."""
    assert registry.below_root(stored) == read


def test_a_model_that_another_address_was_written_of_loads(spark: SparkSession, tmp_path: Path) -> None:
    """Of a NameNode that does not answer, Hadoop's client would ask for a minute, and then give up."""
    PipelineModel([SQLTransformer(statement="select *, 1 as one from __THIS__")]).save(str(tmp_path / "model"))
    model = Version("churn", "0001", f"hdfs://localhost:9{tmp_path / 'model'}").load()
    assert model.transform(spark.range(1)).collect()[0]["one"] == 1


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings whose models go into a local folder."""
    return read_settings({"HDFS_URL": f"file://{tmp_path_factory.mktemp('lake')}"})


def trained(version: str, champion: Version | None = None, *measures: Measure) -> Trained:
    """Return a model that adds one to `n`."""
    return Trained(
        task="churn",
        version=version,
        data_as_of=AS_OF,
        rows=9,
        model=PipelineModel([SQLTransformer(statement="select *, n + 1 as m from __THIS__")]),
        features=["n bigint"],
        measures=measures or [Measure("model", "brier", 0.2, 0.1, 0.3)],
        decided_by="brier",
        champion=champion,
        curves=[Bin("model", 3, 0.31, 0.3, 9)],
        profiles=[Profile("n", [1.0], [0.5, 0.5, 0.0])],
    )


def test_the_first_model_is_the_champion_at_once_and_a_later_one_is_not(
    predictions: SparkSession, settings: Settings
) -> None:
    assert registry.champion(predictions, "churn") is None
    registry.publish(predictions, settings, trained("0001"))
    first = registry.champion(predictions, "churn")
    assert first is not None and (first.version, first.features, first.decided_by) == ("0001", ("n bigint",), "brier")
    assert first.load().transform(predictions.range(1).withColumnRenamed("id", "n")).collect()[0]["m"] == 1
    registry.publish(predictions, settings, trained("0002", first))
    assert registry.champion(predictions, "churn") == first
    newest = registry.newest(predictions, "churn")
    assert newest is not None and (newest.version, newest.measured_against) == ("0002", "0001")
    row = tables.read(predictions, registry.TABLE).where("version = '0001'").collect()[0]
    assert row["feature_hash"] == registry.digest(["n bigint"])
    assert row["code_revision"]
    assert [tuple(one) for one in tables.read(predictions, registry.CURVES).where("version = '0001'").collect()] == [
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
            registry.publish(predictions, settings, trained("0001"))
    assert registry.newest(predictions, "churn") is registry.champion(predictions, "churn") is None
    # As after an end between the log's row and the model's.
    registry.log(predictions, "churn", "0001", registry.PROMOTED, "the first model", AS_OF)
    assert registry.champion(predictions, "churn") is None
    registry.publish(predictions, settings, trained("0001"))
    assert [one.version for one in registry.reign(predictions, "churn")] == ["0001"]
    assert tables.read(predictions, registry.EVALUATIONS).count() == 1


def test_features_that_changed_are_named(spark: SparkSession) -> None:
    version = Version("churn", "0001", "", ("n bigint", "money decimal(18,4)"))
    same = spark.sql("select 1l as n, cast(1 as decimal(18,4)) as money, 'x' as other")
    registry.require_features(version, same, "churn.churn_features")
    changed = spark.sql("select 1 as n")
    with pytest.raises(UserError, match=r"has changed since churn 0001 .*: n is int, was bigint; money is gone; run"):
        registry.require_features(version, changed, "churn.churn_features")


def test_a_mart_that_misses_a_column_is_one_line(spark: SparkSession) -> None:
    rows = spark.sql("select 1 as n, 'x' as word")
    assert registry.typed(rows, "churn.churn_features", ["word", "n"]) == ["word string", "n int"]
    with pytest.raises(UserError, match=r"churn\.churn_features has no column money; run `make marts`"):
        registry.typed(rows, "churn.churn_features", ["n", "money"])
