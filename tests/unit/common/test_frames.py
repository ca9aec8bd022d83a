"""A sample follows from the keys alone."""

from pyspark.sql import SparkSession

from common.frames import sample_rows


def test_a_sample_is_about_as_large_as_asked_for_and_the_same_every_time(spark: SparkSession) -> None:
    rows = spark.range(10_000)
    sample = sample_rows(rows, 10_000, 1_000, "id")
    assert 900 < sample.count() < 1_100
    assert sample_rows(rows.repartition(7), 10_000, 1_000, "id").exceptAll(sample).isEmpty()


def test_few_rows_are_all_taken(spark: SparkSession) -> None:
    assert sample_rows(spark.range(9), 9, 9, "id").count() == 9
