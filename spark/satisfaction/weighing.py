"""From probabilities to answers: how far a rare class is favoured. Plain arrays, no Spark."""

import numpy as np

from spark.ml.evaluation import Numbers
from spark.satisfaction.baselines import Codes
from spark.satisfaction.evaluate import macro_f1

# Not at all, up to each class counting the same however many it has.
POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def thresholds(probability: Numbers, actual: Codes) -> Numbers:
    """Return what each class's probability is divided by before the largest wins, of shape (classes,).

    It is a power of the class's share (Elkan, The foundations of cost-sensitive learning, IJCAI 2001), the one with the
    best macro-F1 on these rows; of equals the smallest. A class without rows counts as one row.

    Args:
        probability: of shape (rows, classes), from a model of these very rows, so that nothing held out takes part.
        actual: their classes, from 0.
    """
    shares = np.maximum(np.bincount(actual, minlength=probability.shape[1]), 1) / actual.size
    even = np.ones(actual.size)
    # Rounded, so that which of two equals is smaller does not hang on the last bit.
    quality = [round(macro_f1(actual, answers(probability, shares**power), even), 9) for power in POWERS]
    return np.asarray(shares ** POWERS[quality.index(max(quality))], float)


def answers(probability: Numbers, over: Numbers) -> Codes:
    """Return the class whose probability is largest over its threshold; of equals the first."""
    return np.asarray((probability / over).argmax(axis=1), np.int64)
