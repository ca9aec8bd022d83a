"""Versions follow from the data, and a model is read where the lake is now."""

from datetime import datetime
from pathlib import Path

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import SparkSession

from spark.ml import registry
from spark.ml.registry import Version, fingerprint, is_current, next_version

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
