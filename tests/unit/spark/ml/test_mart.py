"""Features are those of the training, and what a table lacks is named."""

import pytest
from pyspark.sql import SparkSession

from common.errors import UserError
from spark.ml.mart import Mart, require_columns, require_features, typed_names
from spark.ml.registry import Version


def test_features_that_changed_are_named(spark: SparkSession) -> None:
    version = Version("churn", "0001", "", ("n bigint", "money decimal(18,4)"))
    same = spark.sql("select 1l as n, cast(1 as decimal(18,4)) as money, 'x' as other")
    require_features(version, same, "churn.churn_features")
    changed = spark.sql("select 1 as n")
    with pytest.raises(UserError, match=r"has changed since churn 0001 .*: n is int, was bigint; money is gone; run"):
        require_features(version, changed, "churn.churn_features")


def test_a_mart_that_misses_a_column_is_one_line(spark: SparkSession) -> None:
    rows = spark.sql("select 1 as n, 'x' as word")
    assert typed_names(rows, ["word", "n"]) == ["word string", "n int"]
    require_columns(rows, Mart("churn.churn_features", ["word", "n"]))
    with pytest.raises(UserError, match=r"churn\.churn_features has no column money; run `make marts`"):
        require_columns(rows, Mart("churn.churn_features", ["n", "money"]))
