"""Numbers are kept within what was learned from, and only where that is where the customers are."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.satisfaction import encoding
from spark.satisfaction.encoding import Span
from spark.satisfaction.model import NUMBERS, WORDS


def rows(spark: SparkSession, *ages: float | None) -> DataFrame:
    """Return rows whose only known number is the age."""
    others = [f"cast(null as double) as {name}" for name in NUMBERS if name != "age"]
    words = [f"'x' as {name}" for name in WORDS]
    known = [(None if age is None else float(age),) for age in ages]
    return spark.createDataFrame(known, "age double").selectExpr("age", *others, *words)


def test_a_column_without_values_has_no_span(spark: SparkSession) -> None:
    assert encoding.spans(rows(spark, 20, 30, None, 40)) == {"age": Span(20.0, 30.0, 40.0, has_gaps=True)}
    assert encoding.spans(rows(spark, None)) == {}


def test_beyond_the_span_is_its_end_and_no_value_is_the_median_and_an_input(spark: SparkSession) -> None:
    encoder = encoding.encoder({"age": Span(20.0, 30.0, 40.0, has_gaps=True)})
    encoded = encoder.fit(rows(spark, 25)).transform(rows(spark, 10, 25, 99, None)).collect()
    assert [(row["age_filled"], row["age_missing"]) for row in encoded] == [(20, 0), (25, 0), (40, 0), (30, 1)]
    assert [list(row["features"][:2]) for row in encoded] == [[20, 0], [25, 0], [40, 0], [30, 1]]


def test_without_numbers_the_words_remain(spark: SparkSession) -> None:
    row = encoding.encoder({}).fit(rows(spark, None)).transform(rows(spark, None)).collect()[0]
    assert len(row["features"]) == 2 * len(WORDS)


@pytest.mark.parametrize(("ages", "share"), [((25, 30, 41, 42), 0.5), ((10, 30, 41, 42, None), 0.25), ((None,), 1.0)])
def test_a_number_is_used_where_the_customers_are_where_it_was_learned(
    spark: SparkSession, ages: tuple[float | None, ...], share: float
) -> None:
    known = {"age": Span(20.0, 30.0, 40.0, has_gaps=False)}
    shares = encoding.inside(rows(spark, *ages), known)
    assert shares == {"age": share}
    assert bool(encoding.comparable(known, shares)) is (share >= 0.5)


def test_no_numbers_are_inside_nothing(spark: SparkSession) -> None:
    assert encoding.inside(rows(spark, None), {}) == {}


def test_rare_words_of_many_are_told_as_one(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "MOST_WORDS", 2)
    known = rows(spark, 20).drop("city")
    cities = spark.createDataFrame([("a'b",)] * 3 + [("c\\d",)] * 2 + [("e",), ("f",)], "city string")
    frame = known.crossJoin(cities)
    words = encoding.common(frame)
    assert words == {"city": ["a'b", "c\\d"]}
    encoded = encoding.encoder({}, words).fit(frame).transform(frame)
    assert [tuple(row) for row in encoded.groupBy("city_word").count().orderBy("city_word").collect()] == [
        ("a'b", 3),
        ("c\\d", 2),
        ("others", 2),
    ]
