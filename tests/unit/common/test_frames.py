"""A sample follows from the keys alone."""

from pyspark.sql import SparkSession

from common.frames import sampled


def test_a_sample_is_about_as_large_as_asked_for_and_the_same_every_time(spark: SparkSession) -> None:
    rows = spark.range(10_000)
    found = sampled(rows, 10_000, 1_000, "id")
    assert 900 < found.count() < 1_100
    assert sampled(rows.repartition(7), 10_000, 1_000, "id").exceptAll(found).isEmpty()


def test_few_rows_are_all_taken(spark: SparkSession) -> None:
    assert sampled(spark.range(9), 9, 9, "id").count() == 9
