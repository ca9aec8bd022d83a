"""How good predictions are, each number with an interval; plain arrays, no Spark.

The rows that are held out are few or sampled (`frames.sample_rows`), so that they fit into this process; see
`bootstrap`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Statistics = Callable[[Numbers], Mapping[str, float]]

REPLICATES = 500
SEED = 7
LEVELS = (2.5, 97.5)
BINS = 10
# An interval over this many rows is narrower than what matters, and 500 replicates of them take seconds.
MOST_ROWS = 20_000
# The model's own answers; what stands beside it has another name.
MODEL = "model"
LOWER_IS_BETTER = frozenset({"brier", "ece"})


@dataclass(frozen=True)
class Measure:
    """One measurement on held-out rows.

    Args:
        subject: `MODEL`, or what stands beside it on the same rows, such as "recency_rule".
        metric: such as "auc"; `<metric>_difference` is the model's minus the subject's.
        value: on all rows.
        low, high: the 95 % bootstrap interval; None where there is none.
    """

    subject: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None


def by_name(measures: Iterable[Measure]) -> dict[tuple[str, str], Measure]:
    """Return measures by subject and metric."""
    return {(measure.subject, measure.metric): measure for measure in measures}


@dataclass(frozen=True)
class Scored:
    """Rows of a yes-or-no question: `label` 0 or 1, and a score, higher for a likelier 1; both of shape (rows,)."""

    label: Numbers
    score: Numbers

    @cached_property
    def place(self) -> npt.NDArray[np.int64]:
        """Return the rank of each row's score among the different scores, from 0."""
        return np.unique(self.score, return_inverse=True)[1]

    def counts(self, weight: Numbers) -> tuple[Numbers, Numbers]:
        """Return the weights of the ones and of the zeros per different score, ascending."""
        ones, zeros = weight * self.label, weight * (1 - self.label)
        return np.bincount(self.place, ones).astype(float), np.bincount(self.place, zeros).astype(float)


def auc(rows: Scored, weight: Numbers) -> float:
    """Return the area under the ROC curve: the chance that a one outscores a zero, equal scores counting half."""
    ones, zeros = rows.counts(weight)
    beaten = np.cumsum(zeros) - zeros / 2
    return ratio(inner(ones, beaten), float(ones.sum() * zeros.sum()))


def pr_auc(rows: Scored, weight: Numbers) -> float:
    """Return the average precision: precision at each different score, weighted by the recall gained there."""
    ones, zeros = (part[::-1] for part in rows.counts(weight))
    hits, claims = np.cumsum(ones), np.cumsum(ones + zeros)
    precision = np.divide(hits, claims, out=np.zeros_like(hits), where=claims > 0)
    return ratio(inner(ones, precision), float(ones.sum()))


def brier(rows: Scored, weight: Numbers) -> float:
    """Return the mean squared distance of a probability from what happened (Brier, 1950)."""
    return inner(weight, (rows.score - rows.label) ** 2) / float(weight.sum())


def ece(rows: Scored, weight: Numbers) -> float:
    """Return the expected calibration error over ten bins of equal width.

    It is the mean distance between what was predicted and what happened in a bin, weighted by the bin's rows
    (Naeini, Cooper and Hauskrecht, 2015).
    """
    predicted, happened, total = reliability(rows, weight)
    return float(np.abs(predicted - happened) @ total / weight.sum())


def reliability(rows: Scored, weight: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return, for each of ten bins of equal width, the mean probability, the share of ones, and the rows."""
    bins = np.minimum((rows.score * BINS).astype(int), BINS - 1)
    sums = (
        np.bincount(bins, weight * part, BINS).astype(float)
        for part in (rows.score, rows.label, np.ones_like(rows.score))
    )
    predicted, happened, total = sums
    there = np.maximum(total, np.finfo(float).tiny)
    return predicted / there, happened / there, total


def top_decile_lift(rows: Scored, weight: Numbers) -> float:
    """Return how many times more ones are among the tenth that scores highest than among all rows.

    Rows of equal score at the edge of the tenth count in part, so that the order of rows does not matter.
    """
    ones, zeros = (part[::-1] for part in rows.counts(weight))
    total = ones + zeros
    left = np.clip(total.sum() / 10 - (np.cumsum(total) - total), 0, total)
    taken = np.divide(left, total, out=np.zeros_like(total), where=total > 0)
    return ratio(inner(ones, taken) / inner(total, taken), float(ones.sum() / total.sum()))


def precision(answers: Scored, weight: Numbers) -> float:
    """Return the share of ones among the rows that were said (score 1, not 0) to be one; 0 where none was."""
    return ratio(inner(weight, answers.score * answers.label), inner(weight, answers.score))


def recall(answers: Scored, weight: Numbers) -> float:
    """Return the share of the ones that were said (score 1, not 0) to be one."""
    return ratio(inner(weight, answers.score * answers.label), inner(weight, answers.label))


def accuracy(answers: Scored, weight: Numbers) -> float:
    """Return the share of rows of which the truth was said (score 1 or 0)."""
    return ratio(inner(weight, answers.score == answers.label), float(weight.sum()))


def bootstrap(statistics: Statistics, rows: int) -> dict[str, tuple[float, float, float]]:
    """Return each statistic's value and the ends of its 95 % percentile interval (Efron, 1979).

    Args:
        statistics: from the weights of the rows, of shape (rows,), to numbers by name. All numbers of a replicate are
            of the same weights, so that a difference among them is a paired one.
        rows: how many there are.
    """
    chance = np.random.default_rng(SEED)
    values = statistics(np.ones(rows))
    drawn = [statistics(resample(chance, rows)) for _ in range(REPLICATES)]
    ends = {name: np.percentile([one[name] for one in drawn], LEVELS) for name in values}
    return {name: (float(value), float(ends[name][0]), float(ends[name][1])) for name, value in values.items()}


def resample(chance: np.random.Generator, rows: int) -> Numbers:
    """Return how often each row is drawn when as many are drawn with replacement."""
    return np.bincount(chance.integers(0, rows, rows), minlength=rows).astype(float)


def inner(one: Numbers, other: npt.NDArray[Any]) -> float:
    """Return the sum of the products; `@` would wake BLAS's threads for each of the thousands of a bootstrap."""
    return float((one * other).sum())


def ratio(part: float, whole: float) -> float:
    """Return part / whole, and 0 where there is no whole."""
    return part / whole if whole else 0.0
