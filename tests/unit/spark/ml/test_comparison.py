"""What stands beside a model is measured on the same rows, and differences are paired."""

from dataclasses import replace

import numpy as np
import pytest

from spark.ml.comparison import Bin, Subject, compare, curves
from spark.ml.evaluation import MODEL, Measure

LABEL = np.tile([0.0, 1.0], 50)
GOOD = np.tile([0.2, 0.8], 50)


def measures_of(*others: Subject) -> dict[tuple[str, str], Measure]:
    measures = compare(LABEL, [Subject(MODEL, GOOD, yes_above=0.5), *others])
    return {(measure.subject, measure.metric): measure for measure in measures}


def test_a_probability_is_judged_in_more_ways_than_a_rank() -> None:
    measures = measures_of(Subject("rule", 100 * GOOD, is_probability=False))
    assert {metric for subject, metric in measures if subject == "rule"} == {
        *("auc", "pr_auc", "top_decile_lift"),
        *("auc_difference", "pr_auc_difference", "top_decile_lift_difference"),
    }
    assert measures[MODEL, "brier"].value == pytest.approx(0.04)
    assert measures[MODEL, "accuracy"].value == 1.0


def test_the_difference_of_the_same_answers_is_surely_nothing() -> None:
    same = measures_of(Subject("champion", GOOD))["champion", "brier_difference"]
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_a_difference_is_the_models_minus_the_others() -> None:
    worse = measures_of(Subject("champion", np.full(100, 0.5)))
    assert worse["champion", "brier_difference"].value == pytest.approx(0.04 - 0.25)
    # Both Brier scores are the same whichever rows are drawn.
    assert worse["champion", "brier_difference"].high == pytest.approx(-0.21)
    assert worse["champion", "auc_difference"].value == pytest.approx(0.5)


def test_a_curve_has_a_point_for_each_bin_with_rows() -> None:
    ranked = Subject("rule", GOOD, is_probability=False)
    points = curves(LABEL, [Subject(MODEL, GOOD), ranked])
    assert [point.predicted for point in points] == pytest.approx([0.2, 0.8])
    assert [replace(point, predicted=0) for point in points] == [Bin(MODEL, 2, 0, 0.0, 50), Bin(MODEL, 8, 0, 1.0, 50)]
