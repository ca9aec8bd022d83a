"""Versions follow from the data, and the row is the publication."""

from datetime import datetime

from pyspark.sql import SparkSession

from spark.common.registry import Version, fingerprint, is_current, next_version

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


def test_the_same_content_is_the_same_model() -> None:
    last = Version("churn", "0003-20111210-0a0a0a0a", "")
    assert is_current(last, AS_OF, "0a0a0a0a")
    assert not is_current(last, AS_OF, "0b0b0b0b")
    assert not is_current(None, AS_OF, "0a0a0a0a")
