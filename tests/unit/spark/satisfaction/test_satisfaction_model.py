"""The satisfaction model: what it reads, how it answers, and that a stored one can be learned again."""

from datetime import datetime
from decimal import Decimal

import numpy as np
import pytest
from pyspark.ml.linalg import Vectors
from pyspark.sql import DataFrame, SparkSession

from spark.satisfaction import encoding, model, regression, validation
from spark.satisfaction.validation import BY_CITY, GROUPED, NOT_ASKED, OTHER

AS_OF = datetime(2024, 1, 1)
SCHEMA = (
    "source string, customer_id string, as_of timestamp, age int, gender string, city string, membership_type string, "
    "total_spend decimal(18,4), items_purchased bigint, average_rating decimal(4,2), discount_applied boolean, "
    "days_since_last_purchase int, orders bigint, returns bigint, tenure_days int, "
    "has_returned_since_purchase boolean, satisfaction_level string, level_known_at timestamp"
)
LABELS = ["Satisfied", "Unsatisfied"]


def customers(spark: SparkSession) -> DataFrame:
    """Return sixty customers: thirty kinds, each twice; the membership decides the level, and one level is unknown."""
    rows = []
    for n in range(60):
        kind = n // 2
        level = "Satisfied" if kind % 2 else "Unsatisfied"
        member = "Gold" if kind % 2 else "Silver"
        known = None if n == 59 else level
        city = ("Riga", "Lyon", "Bern")[kind % 3]
        who = ("shop", str(n), AS_OF, 20 + kind, None, city, member)
        bought = (Decimal(100 + kind), 5, Decimal("4.5"), bool(kind % 3), 9, None, None, None, None)
        rows.append((*who, *bought, known, AS_OF if known else None))
    return spark.createDataFrame(rows, SCHEMA)


@pytest.fixture
def training(spark: SparkSession) -> DataFrame:
    return model.with_label(model.prepare(customers(spark)), LABELS)


@pytest.fixture
def held_out(training: DataFrame) -> validation.HeldOut:
    return validation.hold_out(training, 59, LABELS)


def test_rows_equal_but_for_the_customer_share_a_fold(held_out: validation.HeldOut) -> None:
    groups = held_out.table.groupby("alike")
    assert groups.ngroups == 30
    assert groups[GROUPED].nunique().max() == 1
    assert held_out.table[GROUPED].nunique() == validation.FOLDS
    assert (
        held_out.table.groupby("city")[BY_CITY].nunique().max()
        == held_out.table.groupby(BY_CITY)["city"].nunique().max()
    )
    assert sorted(held_out.table[BY_CITY].unique()) == [0, 1, 2]


def test_many_cities_are_left_out_in_groups(training: DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MOST_CITIES", 2)
    table = validation.hold_out(training, 59, LABELS).table
    assert set(table[BY_CITY]) <= {0, 1}
    assert table.groupby("city")[BY_CITY].nunique().max() == 1


def test_the_label_does_not_move_a_row_to_another_fold(training: DataFrame, held_out: validation.HeldOut) -> None:
    swapped = training.selectExpr("* except (satisfaction_level, label)", "'x' as satisfaction_level", "0d as label")
    assert list(validation.hold_out(swapped, 59, LABELS).codes(GROUPED)) == list(held_out.codes(GROUPED))


def test_an_unknown_word_is_a_word_and_an_unknown_label_is_left_out(training: DataFrame) -> None:
    assert {row["gender"] for row in training.select("gender").distinct().collect()} == {model.UNKNOWN}
    assert {(row["satisfaction_level"], row["label"]) for row in training.collect()} == {
        ("Satisfied", 0.0),
        ("Unsatisfied", 1.0),
    }
    assert training.count() == 59


def test_the_model_learns_what_the_membership_tells_in_every_city(
    training: DataFrame, held_out: validation.HeldOut
) -> None:
    encoder = encoding.encoder(encoding.spans(training)).fit(training)
    features, label = validation.encode(held_out, encoder), held_out.codes("label")
    for folds in (GROUPED, BY_CITY):
        assert list(validation.cross_validate(features, label, held_out.codes(folds), 2, model.PENALTY)) == list(label)
    fitted = model.classifier().fit(encoder.transform(training))
    fitted.setThresholds(validation.favour(features, label, 2, model.PENALTY))
    stored = model.pipeline(encoder, fitted, LABELS)
    row = model.with_answer(stored.transform(training)).where("customer_id = '0'").collect()[0]
    assert (row["predicted_satisfaction"], row["confidence"] > 0.5) == ("Unsatisfied", True)
    again, penalty = model.take_apart(stored)
    assert (again.stages, penalty) == (encoder.stages, model.PENALTY)


def test_what_is_measured_is_what_mllib_fits(spark: SparkSession) -> None:
    chance = np.random.default_rng(7)
    numbers = np.column_stack([chance.normal(size=(300, 3)) * (1, 50, 0.1), np.ones(300)])
    label = (numbers[:, 0] + chance.normal(size=300) > 0).astype(np.int64) + (numbers[:, 1] > 40)
    rows = [(Vectors.dense(one), float(place)) for one, place in zip(numbers.tolist(), label, strict=True)]
    frame = spark.createDataFrame(rows, ["features", "label"])
    theirs = [row["probability"].toArray() for row in model.classifier().fit(frame).transform(frame).collect()]
    ours = regression.fit(numbers, label, 3, model.PENALTY).probabilities(numbers)
    assert np.abs(np.array(theirs) - ours).max() < 1e-3


def test_a_class_that_was_not_learned_is_never_answered() -> None:
    fitted = regression.fit(np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([0, 2, 0, 2], np.int64), 3, 0.01)
    probabilities = fitted.probabilities(np.array([[0.0], [1.0]]))
    assert list(probabilities[:, 1]) == [0.0, 0.0]
    assert list(probabilities.argmax(axis=1)) == [0, 2]
    assert len(validation.favour(np.eye(2), np.array([0, 1], np.int64), 3, 0.01)) == 3


def test_a_fold_whose_rest_is_of_one_class_is_not_asked() -> None:
    features, label = np.arange(6.0).reshape(6, 1), np.array([0, 0, 0, 1, 1, 1], np.int64)
    assert set(validation.cross_validate(features, label, np.zeros(6, np.int64), 2, 0.01)) == {NOT_ASKED}
    answers = validation.cross_validate(features, label, np.array([0, 0, 0, 0, 1, 1], np.int64), 2, 0.01)
    assert list(answers[4:] != NOT_ASKED) == [True, True] and set(answers[:4]) == {NOT_ASKED}


def test_an_answer_that_is_no_class_of_these_rows_is_another(held_out: validation.HeldOut, training: DataFrame) -> None:
    encoder = encoding.encoder(encoding.spans(training)).fit(training)
    fitted = model.classifier().fit(encoder.transform(training))
    stored = model.pipeline(encoder, fitted, ["Neutral", "Satisfied"])
    answers = validation.answers_of(held_out, stored, held_out.frame.where("row < 10"))
    assert set(answers[:10]) == {OTHER, 0}
    assert set(answers[10:]) == {NOT_ASKED}
