"""Segments: three plain groups are found, named and keep their ids."""

from datetime import datetime
from decimal import Decimal

import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from spark.segments import model
from spark.segments.stability import best

AS_OF = datetime(2011, 12, 10)
SCHEMA = (
    "source string, customer_id string, as_of timestamp, recency_days int, frequency bigint, monetary decimal(18,4)"
)


def buyers(spark: SparkSession) -> DataFrame:
    """Return thirty customers in three groups, and one whose frequency is unknown."""
    rows = [("shop", f"top{n}", AS_OF, 2 + n % 3, 30 + n, Decimal(9000 + 100 * n)) for n in range(10)]
    rows += [("shop", f"usual{n}", AS_OF, 25 + n, 4 + n % 2, Decimal(500 + 10 * n)) for n in range(10)]
    rows += [("shop", f"once{n}", AS_OF, 300 + n, 1, Decimal(40 + n)) for n in range(10)]
    return spark.createDataFrame([*rows, ("shop", "unknown", AS_OF, 3, None, Decimal(5))], SCHEMA)


def test_unknown_purchases_are_left_out(spark: SparkSession) -> None:
    assert model.prepare(buyers(spark)).count() == 30


def test_groups_are_found_and_named_and_survive_storing(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = model.prepare(buyers(spark)).cache()
    stages, tried = model.fit(rows, 30)
    assert stages is not None
    assert best(tried) == 3
    path = f"file://{tmp_path_factory.mktemp('model')}/segments"
    model.pipeline(stages, {}).write().save(path)
    loaded = PipelineModel.load(path)
    rows_by_name = loaded.transform(rows).selectExpr("regexp_replace(customer_id, '[0-9]', '') as kind", "*")
    groups = {(row["kind"], row["segment_id"], row["segment_name"]) for row in rows_by_name.collect()}
    assert groups == {
        ("top", 1, "Active top buyers"),
        ("usual", 2, "Cooling regulars"),
        ("once", 3, "Lapsed occasional buyers"),
    }
    centres = model.centres_by_id(spark, loaded)
    assert sorted(centres) == [1, 2, 3]
    assert centres[1][2] > centres[2][2] > centres[3][2]


def test_mllib_holds_the_centres_that_were_found(spark: SparkSession) -> None:
    stages, tried = model.fit(model.prepare(buyers(spark)), 30)
    assert stages is not None
    assert sorted(stages.scaled_centres) == sorted(map(tuple, tried[best(tried)].centres.tolist()))


def test_too_few_customers_make_no_groups(spark: SparkSession) -> None:
    rows = model.prepare(buyers(spark)).limit(3)
    assert model.fit(rows, 3) == (None, {})
    assert model.fit(rows.limit(0), 0) == (None, {})


def test_customers_who_are_alike_make_no_groups(spark: SparkSession) -> None:
    rows = spark.range(9).selectExpr(
        "'shop' as source",
        "string(id) as customer_id",
        "timestamp'2011-12-10' as as_of",
        "9 as recency_days",
        "2L as frequency",
        "decimal(5) as monetary",
    )
    assert model.fit(rows, 9) == (None, {})
