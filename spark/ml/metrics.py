"""How good answers among several classes are, from the counts of what was predicted and what was so."""

import math
from collections.abc import Mapping

from spark.ml.evaluation import ratio

Confusion = Mapping[tuple[str, str], int]


def accuracy(confusion: Confusion) -> float:
    """Return the share of rows whose predicted class (second of the key) is the actual one (first)."""
    return ratio(sum(rows for (actual, said), rows in confusion.items() if actual == said), sum(confusion.values()))


def macro_f1(confusion: Confusion) -> float:
    """Return the mean over the actual classes of F1 = 2·hits / (actual + predicted), each class counting the same."""
    classes = sorted({actual for actual, _ in confusion})
    scores = []
    for name in classes:
        actual = sum(rows for (wanted, _), rows in confusion.items() if wanted == name)
        predicted = sum(rows for (_, said), rows in confusion.items() if said == name)
        scores.append(ratio(2 * confusion.get((name, name), 0), actual + predicted))
    return math.fsum(scores) / len(scores)
