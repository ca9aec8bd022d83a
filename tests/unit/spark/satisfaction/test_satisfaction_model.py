"""Satisfaction: groups never straddle folds, and baselines are counted as a person would."""

from datetime import datetime
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.satisfaction import model

AS_OF = datetime(2024, 1, 1)
SCHEMA = (
    "source string, customer_id string, as_of timestamp, age int, gender string, city string, membership_type string, "
    "total_spend decimal(18,4), items_purchased bigint, average_rating decimal(4,2), discount_applied boolean, "
    "days_since_last_purchase int, satisfaction_level string"
)


def customers(spark: SparkSession) -> DataFrame:
    """Return sixty customers: thirty kinds, each twice; the city decides the level, and one level is unknown."""
    rows = []
    for n in range(60):
        kind = n // 2
        level = "Satisfied" if kind % 2 else "Unsatisfied"
        city = "Riga" if kind % 2 else "Lyon"
        known = None if n == 59 else level
        spend = Decimal(100 + kind)
        rows.append(
            ("shop", str(n), AS_OF, 20 + kind, None, city, "Gold", spend, 5, Decimal("4.5"), bool(kind % 3), 9, known)
        )
    return spark.createDataFrame(rows, SCHEMA)


def test_rows_equal_but_for_the_customer_share_a_fold(spark: SparkSession) -> None:
    rows = model.prepared(customers(spark))
    folds = rows.groupBy(*model.FEATURES).agg(F.countDistinct("fold").alias("folds"), F.count("*").alias("rows"))
    assert [tuple(row) for row in folds.select("folds", "rows").distinct().collect()] == [(1, 2)]
    assert rows.select("fold").distinct().count() == model.FOLDS


def test_the_label_does_not_move_a_row_to_another_fold(spark: SparkSession) -> None:
    rows = customers(spark)
    swapped = rows.withColumn("satisfaction_level", F.lit("Neutral"))
    fold = {row["customer_id"]: row["fold"] for row in model.prepared(rows).collect()}
    assert fold == {row["customer_id"]: row["fold"] for row in model.prepared(swapped).collect()}


def test_an_unknown_word_is_a_word_and_an_unknown_label_is_left_out(spark: SparkSession) -> None:
    rows = model.prepared(customers(spark))
    assert {row["gender"] for row in rows.select("gender").distinct().collect()} == {model.UNKNOWN}
    labelled = model.labelled(rows, ["Satisfied", "Unsatisfied"])
    assert labelled.count() == 59
    assert {(row["satisfaction_level"], row["label"]) for row in labelled.collect()} == {
        ("Satisfied", 0.0),
        ("Unsatisfied", 1.0),
    }


def test_baselines_learn_from_the_other_folds(spark: SparkSession) -> None:
    rows = model.labelled(model.prepared(customers(spark)), ["Satisfied", "Unsatisfied"]).cache()
    rules = model.baselines(rows)
    assert rules["city"] == {("Satisfied", "Satisfied"): 29, ("Unsatisfied", "Unsatisfied"): 30}
    assert rules["majority"] == {("Satisfied", "Unsatisfied"): 29, ("Unsatisfied", "Unsatisfied"): 30}
    assert model.best_column(rules) == "city"


def test_a_value_that_other_folds_lack_gets_the_commonest_class(spark: SparkSession) -> None:
    rows = [(0, "A", "rare"), (1, "B", "common"), (2, "B", "common")]
    named = [(fold, label, value, "x", "x", *([1.0] * len(model.NUMBERS))) for fold, label, value in rows]
    names = ["fold", "satisfaction_level", *model.WORDS, *model.NUMBERS]
    frame = spark.createDataFrame(named, names).withColumn("fold", F.col("fold").cast("int"))
    assert model.baselines(frame)["gender"] == {("A", "B"): 1, ("B", "B"): 2}


def test_the_model_learns_what_the_city_tells(spark: SparkSession) -> None:
    labels = ["Satisfied", "Unsatisfied"]
    rows = model.labelled(model.prepared(customers(spark)), labels)
    numbers = model.known_numbers(rows)
    assert numbers == list(model.NUMBERS)
    encoder = model.encoder(numbers).fit(rows)
    encoded = encoder.transform(rows).cache()
    confusion = model.cross_validated(encoded, labels)
    found = model.evaluate(confusion, model.baselines(rows))
    assert sum(confusion.values()) == 59
    assert found["accuracy"] == pytest.approx(1.0)
    assert found["majority_accuracy"] == pytest.approx(30 / 59)
    fitted = model.classifier().fit(encoded)
    answered = model.answers(labels).transform(model.with_answer(fitted.transform(encoded)))
    row = answered.where("customer_id = '0'").collect()[0]
    assert (row["predicted_satisfaction"], row["confidence"] > 0.5) == ("Unsatisfied", True)


def test_alike_rows_leave_nothing_to_validate(spark: SparkSession) -> None:
    rows = model.labelled(model.prepared(customers(spark)), ["Satisfied", "Unsatisfied"])
    one_fold = rows.withColumn("fold", F.lit(0))
    assert model.cross_validated(one_fold, ["Satisfied", "Unsatisfied"]) == {}


def test_a_column_without_values_is_left_out(spark: SparkSession) -> None:
    rows = model.prepared(customers(spark)).withColumn("age", F.lit(None).cast("double"))
    assert "age" not in model.known_numbers(rows)
    assert model.encoder([]).getStages()[0].__class__.__name__ == "StringIndexer"
