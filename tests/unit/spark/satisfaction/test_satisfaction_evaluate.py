"""Measures of answers among classes are those of the confusion, and what the data supports is said from them."""

from dataclasses import replace

import numpy as np
import pytest

from spark.ml.evaluation import MODEL, Measure
from spark.ml.registry import CHAMPION
from spark.satisfaction import evaluate, quality
from spark.satisfaction.baselines import Codes
from spark.satisfaction.evaluate import BALANCED, BEST_COLUMN, LEFT_OUT, MAJORITY, Answers

ACTUAL = np.array([0, 0, 0, 1, 1, 2], np.int64)
PREDICTED = np.array([0, 0, 1, 1, -2, 0], np.int64)


def test_measures_of_three_classes_are_those_worked_out_by_hand() -> None:
    even = np.ones(6)
    assert evaluate.accuracy(ACTUAL, PREDICTED, even) == pytest.approx(3 / 6)
    # F1 of the classes: 4 / (3 + 3), 2 / (2 + 2), and 0 for the one that is never predicted.
    assert evaluate.macro_f1(ACTUAL, PREDICTED, even) == pytest.approx((4 / 6 + 2 / 4 + 0) / 3)
    assert evaluate.balanced_accuracy(ACTUAL, PREDICTED, even) == pytest.approx((2 / 3 + 1 / 2) / 3)


def test_measures_of_two_classes_are_those_worked_out_by_hand() -> None:
    actual, predicted = np.repeat([0, 0, 1, 1], [3, 1, 4, 2]), np.repeat([0, 1, 1, 0], [3, 1, 4, 2])
    assert evaluate.accuracy(actual, predicted, np.ones(10)) == pytest.approx(0.7)
    # F1 of the first = 6 / (4 + 5), of the second = 8 / (6 + 5).
    assert evaluate.macro_f1(actual, predicted, np.ones(10)) == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_a_class_that_is_never_predicted_counts_as_zero() -> None:
    actual, predicted = np.array([0, 0, 1, 1]), np.array([0, 0, 0, 0])
    assert evaluate.macro_f1(actual, predicted, np.ones(4)) == pytest.approx((4 / 6 + 0) / 2)


def test_a_weight_of_two_is_the_row_twice_and_of_none_no_row() -> None:
    weight = np.array([2, 1, 1, 1, 1, 0.0])
    actual, predicted = ACTUAL[[0, 0, 1, 2, 3, 4]], PREDICTED[[0, 0, 1, 2, 3, 4]]
    for metric in evaluate.METRICS.values():
        assert metric(ACTUAL, PREDICTED, weight) == pytest.approx(metric(actual, predicted, np.ones(6)))


def test_every_constant_has_the_balanced_accuracy_of_chance() -> None:
    for place in range(3):
        assert evaluate.balanced_accuracy(ACTUAL, np.full(6, place), np.ones(6)) == pytest.approx(1 / 3)


def answers(champion: tuple[Codes, Codes, Codes] | None = None) -> Answers:
    by_subject = {
        MODEL: ACTUAL,
        MAJORITY: np.zeros(6, np.int64),
        BEST_COLUMN: PREDICTED,
        BALANCED: PREDICTED,
        LEFT_OUT: PREDICTED,
    }
    return Answers(ACTUAL, np.arange(6), by_subject, champion)


def test_all_stand_beside_the_model_and_the_cities_beside_the_majority() -> None:
    by_name = {(one.subject, one.metric): one for one in evaluate.measures(answers())}
    assert by_name[MODEL, "accuracy"].value == 1
    assert by_name[BEST_COLUMN, "accuracy_difference"].value == pytest.approx(0.5)
    assert by_name[LEFT_OUT, "majority_accuracy_difference"].value == pytest.approx(0.0)
    low, high = by_name[MAJORITY, "macro_f1_difference"].low, by_name[MAJORITY, "macro_f1_difference"].high
    assert low is not None and high is not None and low < by_name[MAJORITY, "macro_f1_difference"].value <= high
    assert not [name for name in by_name if name[0] == CHAMPION]


def test_the_champion_is_measured_on_its_rows_alone() -> None:
    places = np.array([3, 4, 5])
    by_name = {
        (one.subject, one.metric): one.value
        for one in evaluate.measures(answers((PREDICTED[places], ACTUAL[places], places)))
    }
    assert by_name[CHAMPION, "accuracy"] == pytest.approx(1 / 3)
    assert by_name[CHAMPION, "accuracy_difference"] == pytest.approx(2 / 3)


def test_rows_alike_are_drawn_together() -> None:
    """Three copies of every row say nothing new, so the interval is as wide as without them."""
    thrice = np.tile(np.arange(40), 3)
    actual = np.tile(np.arange(40) % 2, 3)
    by_subject = {MODEL: np.tile((np.arange(40) % 3 == 0).astype(np.int64), 3)}

    def width(alike: Codes) -> float:
        one = next(
            one
            for one in evaluate.measures(Answers(actual, alike, {**by_subject, MAJORITY: actual}))
            if one.subject == MODEL
        )
        assert one.low is not None and one.high is not None
        return one.high - one.low

    assert width(thrice) > 1.4 * width(np.arange(120))


def measures(gap: tuple[float, float], cities: bool = True) -> list[Measure]:
    """Return measures of which the differences lie in an interval."""
    subjects = (MODEL, MAJORITY, BEST_COLUMN, BALANCED, *([LEFT_OUT] if cities else []))
    every = [Measure(subject, metric, 0.5, 0.4, 0.6) for subject in subjects for metric in evaluate.METRICS]
    every += [Measure(subject, "macro_f1_difference", sum(gap) / 2, *gap) for subject in (BEST_COLUMN, BALANCED)]
    return [*every, Measure(LEFT_OUT, "majority_balanced_accuracy_difference", sum(gap) / 2, *gap)][
        : None if cities else -1
    ]


DATA = quality.Data(348, 170, 2, 348, {BEST_COLUMN: "city", BALANCED: "age"}, {"age": 1.0, "orders": 0.25})


def test_the_figures_are_said() -> None:
    sentences = quality.sentences(DATA, measures((-0.1, 0.1)))
    assert (
        sentences[0]
        == "348 customers have a known level, 170 of them differ in more than the customer, 2 to be scored have none."
    )
    assert sentences[1] == (
        "city alone is right in 50.0% of the rows (macro-F1 0.500), the model in 50.0% of the rows (macro-F1 0.500): "
        "it is not shown to say more than that column (difference +0.000, 95 % -0.100 to +0.100)."
    )
    assert sentences[2].startswith("age alone, with its classes weighed, is right in 50.0%")
    assert sentences[3].endswith(
        "it is not shown to be better than chance there (difference +0.000, 95 % -0.100 to +0.100)."
    )
    assert sentences[4] == (
        "orders is left out: of 75% of the customers to be scored it lies where nothing was learned."
    )
    assert len(sentences) == 5


def test_a_column_that_says_the_same_with_its_classes_weighed_is_told_once() -> None:
    same = replace(DATA, columns={BEST_COLUMN: "city", BALANCED: "city"})
    assert [sentence[:4] for sentence in quality.sentences(same, measures((0.1, 0.2)))] == [
        "348 ",
        "city",
        "Aske",
        "orde",
    ]


@pytest.mark.parametrize(
    ("gap", "words"),
    [((0.1, 0.3), "it says more than that column"), ((-0.3, -0.1), "it says less than that column")],
)
def test_what_is_sure_is_said_so(gap: tuple[float, float], words: str) -> None:
    assert words in quality.sentences(DATA, measures(gap))[1]


def test_one_city_supports_nothing_of_another() -> None:
    assert "one city alone" in quality.sentences(DATA, measures((0.1, 0.2), cities=False))[3]
