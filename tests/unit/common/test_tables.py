"""Declared tables: created empty, replaced by as-of date, read with a clear error."""

from datetime import datetime

import pytest
from pyspark.sql import DataFrame, SparkSession

from common import tables
from common.contracts import model
from common.errors import UserError
from common.live_tables import LAKE
from common.prediction_tables import PREDICTIONS

FIRST = datetime(2011, 9, 10)
SECOND = datetime(2011, 12, 10)
SCHEMA = (
    "customer_id string, source string, as_of timestamp, reasons array<string>, churn_probability double, "
    "alive_probability double, model_version string"
)


def test_every_declared_table_is_created_empty_and_twice_without_harm(predictions: SparkSession) -> None:
    predictions.sql("create schema if not exists live")
    for table in (*PREDICTIONS, *LAKE):
        predictions.sql(table.ddl())
        frame = tables.read(predictions, table.name)
        assert frame.columns == [name for name, _, _ in table.columns]
        assert frame.count() == 0


def scores(spark: SparkSession, as_of: datetime, probability: float) -> DataFrame:
    """Return one scored customer, its columns in another order than the table's."""
    return spark.createDataFrame([("1", "shop", as_of, [], probability, 0.9, "v1")], SCHEMA)


def test_replace_touches_only_its_as_of_date_and_is_idempotent(predictions: SparkSession) -> None:
    tables.replace(scores(predictions, FIRST, 0.1), "predictions.churn_scores", FIRST)
    tables.replace(scores(predictions, SECOND, 0.2), "predictions.churn_scores", SECOND)
    for _ in range(2):
        tables.replace(scores(predictions, SECOND, 0.3), "predictions.churn_scores", SECOND)
    rows = tables.read(predictions, "predictions.churn_scores").orderBy("as_of").collect()
    assert [tuple(row) for row in rows] == [
        ("shop", "1", FIRST, 0.1, 0.9, [], "v1"),
        ("shop", "1", SECOND, 0.3, 0.9, [], "v1"),
    ]
    assert tables.read(predictions, "predictions.churn_scores", FIRST).count() == 1


@pytest.mark.parametrize("there", [[], [SECOND]])
def test_replace_refuses_rows_of_another_date(predictions: SparkSession, there: list[datetime]) -> None:
    for as_of in there:
        tables.replace(scores(predictions, as_of, 0.2), "predictions.churn_scores", as_of)
    with pytest.raises(Exception, match=r"DELTA_REPLACE_WHERE|a row is not of those that it replaces"):
        tables.replace(scores(predictions, FIRST, 0.1), "predictions.churn_scores", SECOND)
    assert tables.read(predictions, "predictions.churn_scores").count() == len(there)


def test_a_missing_table_is_one_line_with_the_remedy(spark: SparkSession) -> None:
    with pytest.raises(UserError, match=r"the lake has no table churn\.churn_features; run `make marts` first"):
        tables.read(spark, "churn.churn_features")


def test_a_table_of_an_earlier_version_is_one_line_with_the_remedy(predictions: SparkSession) -> None:
    predictions.sql("drop table predictions.churn_scores")
    predictions.sql("create table predictions.churn_scores (source string, as_of timestamp) using delta")
    with pytest.raises(UserError, match=r"predictions\.churn_scores is of another version .* no column customer_id,"):
        tables.read(predictions, "predictions.churn_scores")


def test_a_quote_in_a_comment_is_escaped() -> None:
    assert model.quote("it's") == "'it\\'s'"


def test_columns_of_another_type_are_named(spark: SparkSession) -> None:
    frame = spark.createDataFrame([], "score string, measured float, more int")
    declared = {"score": "double", "measured": "double", "more": "int"}
    assert tables.differences(frame.select("more"), {"more": "int"}) == ""
    said = "column score is string, not double, column measured is float, not double"
    assert tables.differences(frame, declared) == said
    assert tables.differences(frame, {**declared, "unit": "string"}) == f"it has no column unit, {said}"
