"""Rare classes are favoured where that makes the classes better known, and not otherwise."""

import numpy as np

from spark.satisfaction import weighing


def test_a_rare_class_is_answered_where_its_probability_stands_out() -> None:
    # Class 1 is a fifth of all, and a third of those of whom more is known.
    probability = np.array([[0.66, 0.34]] * 3 + [[0.9, 0.1]] * 7)
    actual = np.array([1, 1, 0] + [0] * 7, np.int64)
    over = weighing.thresholds(probability, actual)
    assert list(weighing.answers(probability, over)) == [1, 1, 1] + [0] * 7
    assert list(weighing.answers(probability, np.ones(2))) == [0] * 10


def test_classes_that_are_told_apart_need_no_favour() -> None:
    probability = np.array([[0.9, 0.1]] * 9 + [[0.2, 0.8]])
    over = weighing.thresholds(probability, np.array([0] * 9 + [1], np.int64))
    assert list(over) == [1.0, 1.0]


def test_a_class_that_no_row_has_is_never_answered() -> None:
    probability = np.array([[0.6, 0.4, 0.0], [0.3, 0.7, 0.0]])
    over = weighing.thresholds(probability, np.array([0, 1], np.int64))
    assert over.shape == (3,)
    assert set(weighing.answers(probability, over)) == {0, 1}
