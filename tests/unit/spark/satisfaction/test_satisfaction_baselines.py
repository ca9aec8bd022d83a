"""Baselines are counted as a person would."""

import numpy as np
import pandas as pd

from spark.satisfaction import baselines, evaluate


def codes(*values: int) -> baselines.Codes:
    return np.array(values, np.int64)


def test_a_value_speaks_for_what_is_commonest_with_it_in_the_other_folds() -> None:
    values, actual, fold = codes(0, 0, 0, 1, 1, 1), codes(0, 0, 1, 1, 1, 0), codes(0, 1, 2, 0, 1, 2)
    assert list(baselines.by_value(values, actual, fold)) == [0, 0, 0, 0, 0, 1]


def test_a_value_that_other_folds_lack_gets_the_commonest_class_of_all() -> None:
    assert list(baselines.by_value(codes(0, 1, 1), codes(0, 1, 1), codes(0, 1, 2))) == [1, 1, 1]


def test_weighed_classes_speak_where_they_are_commoner_than_elsewhere() -> None:
    # Class 1 is a quarter of all, and two in five where the value is 1.
    values = codes(*[0] * 6, *[1] * 10, *[0] * 6, *[1] * 10)
    actual = codes(*([0] * 6 + [0] * 6 + [1] * 4) * 2)
    fold = codes(*[0] * 16, *[1] * 16)
    assert set(baselines.by_value(values, actual, fold)) == {0}
    assert list(baselines.by_value(values, actual, fold, power=1.0)) == list(values)


def test_the_constant_is_the_commonest_class_and_of_equals_the_first() -> None:
    assert list(baselines.constant(codes(1, 1, 0))) == [1, 1, 1]
    assert list(baselines.constant(codes(1, 0))) == [0, 0]


def test_numbers_are_cut_at_their_quarters_and_none_is_a_value() -> None:
    rows = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0, np.nan], "old": [np.nan] * 5, "city": ["a", "b", "a", "b", "a"]})
    codes_of = baselines.columns(rows, ["age", "old"], ["city"])
    assert {name: list(column) for name, column in codes_of.items()} == {
        "age": [1, 2, 3, 4, 0],
        "old": [0] * 5,
        "city": [0, 1, 0, 1, 0],
    }


def test_the_best_column_is_named() -> None:
    actual, fold = codes(0, 1, 0, 1, 0, 1), codes(0, 0, 1, 1, 2, 2)
    answers, names = evaluate.rules({"noise": codes(0, 0, 0, 0, 0, 0), "truth": actual}, actual, fold)
    assert names == {evaluate.BEST_COLUMN: "truth", evaluate.BALANCED: "truth"}
    assert list(answers[evaluate.BEST_COLUMN]) == list(actual)
    assert list(answers[evaluate.MAJORITY]) == [0] * 6
