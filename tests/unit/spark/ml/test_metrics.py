"""Each measure against a value worked out by hand."""

import pytest

from spark.ml import metrics


def test_accuracy_and_macro_f1_of_a_confusion() -> None:
    confusion = {("yes", "yes"): 3, ("yes", "no"): 1, ("no", "no"): 4, ("no", "yes"): 2}
    assert metrics.accuracy(confusion) == pytest.approx(0.7)
    # F1(yes) = 6 / (4 + 5), F1(no) = 8 / (6 + 5).
    assert metrics.macro_f1(confusion) == pytest.approx((6 / 9 + 8 / 11) / 2)


def test_a_class_that_is_never_predicted_counts_as_zero() -> None:
    assert metrics.macro_f1({("yes", "yes"): 2, ("no", "yes"): 2}) == pytest.approx((4 / 6 + 0) / 2)
