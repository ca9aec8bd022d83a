"""Each measure against a value worked out by hand."""

import numpy as np
import pytest

from spark.ml import evaluation
from spark.ml.evaluation import Scored, bootstrap

# a and b are ones; b and c have the same score.
FOUR = Scored(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.9, 0.7, 0.7, 0.2]))
ONCE = np.ones(4)


def test_auc_counts_pairs_and_a_tie_as_half() -> None:
    # Pairs (one, zero): a>c, a>d, b=c, b>d = 3.5 of 4.
    assert evaluation.auc(FOUR, ONCE) == pytest.approx(3.5 / 4)
    # Twice d: a>c, a>d, a>d, b=c, b>d, b>d = 5.5 of 6.
    assert evaluation.auc(FOUR, np.array([1.0, 1.0, 1.0, 2.0])) == pytest.approx(5.5 / 6)


def test_a_constant_score_ranks_nothing_and_one_class_is_no_question() -> None:
    assert evaluation.auc(Scored(np.array([1.0, 0.0]), np.array([0.5, 0.5])), np.ones(2)) == 0.5
    assert evaluation.auc(Scored(np.array([1.0, 1.0]), np.array([0.5, 0.6])), np.ones(2)) == 0.0


def test_average_precision_weighs_precision_by_the_recall_gained() -> None:
    # At 0.9: 1 of 1, half the ones; at 0.7: 2 of 3, the other half.
    assert evaluation.pr_auc(FOUR, ONCE) == pytest.approx(1 / 2 + (2 / 3) / 2)


def test_brier_is_the_mean_squared_distance() -> None:
    assert evaluation.brier(FOUR, ONCE) == pytest.approx((0.1**2 + 0.3**2 + 0.7**2 + 0.2**2) / 4)
    assert evaluation.brier(FOUR, np.array([0.0, 0.0, 3.0, 1.0])) == pytest.approx((3 * 0.7**2 + 0.2**2) / 4)


def test_ece_is_the_weighted_gap_of_the_bins() -> None:
    # 0.9: gap 0.1 (1 row); 0.7: predicted 0.7, happened 0.5, gap 0.2 (2 rows); 0.2: gap 0.2 (1 row).
    assert evaluation.ece(FOUR, ONCE) == pytest.approx((0.1 + 2 * 0.2 + 0.2) / 4)


def test_a_probability_of_one_falls_into_the_last_bin() -> None:
    predicted, happened, rows = evaluation.reliability(Scored(np.ones(2), np.array([1.0, 0.95])), np.ones(2))
    assert (rows[-1], predicted[-1], happened[-1]) == (2, pytest.approx(0.975), 1.0)
    assert rows[:-1].sum() == 0


def test_lift_compares_the_highest_tenth_with_all() -> None:
    # The highest two of twenty: one is a one; overall a tenth are.
    label = np.zeros(20)
    label[[0, 9]] = 1
    assert evaluation.top_decile_lift(Scored(label, np.arange(20.0)[::-1]), np.ones(20)) == pytest.approx(5)


def test_rows_of_equal_score_at_the_edge_of_the_tenth_count_in_part() -> None:
    # The tenth is two rows: one above, and a quarter of the four that are alike, of which one is a one.
    label, score = np.zeros(20), np.zeros(20)
    label[[0, 1]], score[0], score[1:5] = 1, 2, 1
    assert evaluation.top_decile_lift(Scored(label, score), np.ones(20)) == pytest.approx((1 + 1 / 4) / 2 / (2 / 20))


def test_answers_are_counted() -> None:
    answers = Scored(FOUR.label, (FOUR.score > 0.5).astype(float))
    assert evaluation.precision(answers, ONCE) == pytest.approx(2 / 3)
    assert evaluation.recall(answers, ONCE) == 1.0
    assert evaluation.accuracy(answers, ONCE) == 0.75
    silent = Scored(FOUR.label, np.zeros(4))
    assert (evaluation.precision(silent, ONCE), evaluation.recall(silent, ONCE)) == (0.0, 0.0)


def test_the_interval_of_a_mean_is_the_textbooks_and_the_same_every_time() -> None:
    values = np.tile([0.0, 1.0], 200)
    statistic = {"mean": lambda weight: float(weight @ values / weight.sum())}
    intervals = bootstrap(lambda weight: {name: f(weight) for name, f in statistic.items()}, 400)
    value, low, high = intervals["mean"]
    # The standard error of a half over 400 rows is 0.025.
    assert (value, low, high) == (0.5, pytest.approx(0.451, abs=0.006), pytest.approx(0.549, abs=0.006))
    assert intervals == bootstrap(lambda weight: {name: f(weight) for name, f in statistic.items()}, 400)
