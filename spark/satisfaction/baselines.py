"""Rules that a model has to beat: the commonest class, and the best single column. Plain arrays, no Spark."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from spark.ml.evaluation import Numbers

Codes = npt.NDArray[np.int64]
BANDS = (0.25, 0.5, 0.75)


def constant(actual: Codes) -> Codes:
    """Return the commonest class of all rows for each, the best that a constant can do; of equals the first.

    It learns from all rows: between classes of a size, the other folds' majority is the held-out minority.
    """
    return np.full(actual.size, np.bincount(actual).argmax(), np.int64)


def by_value(values: Codes, actual: Codes, fold: Codes, power: float = 0.0) -> Codes:
    """Return, for each row, the class that its value of one column speaks for in the other folds.

    Args:
        values: the column, as codes from 0, of shape (rows,).
        actual: the classes, from 0.
        fold: from 0; what is said of a row was learned without its fold.
        power: 0 for the class that is commonest among the rows with the value; 1 for the one that is commonest there
            in proportion to its rows altogether, as a model is that weighs its classes.

    A value that the other folds lack gets the commonest class of all.
    """
    shape = (int(values.max()) + 1, int(fold.max()) + 1, int(actual.max()) + 1)
    counts = np.zeros(shape)
    np.add.at(counts, (values, fold, actual), 1)
    seen = counts.sum(axis=1, keepdims=True) - counts
    base = np.maximum(seen.sum(axis=0, keepdims=True), 1.0)
    answers = np.where(seen.sum(axis=2) > 0, (seen / base**power).argmax(axis=2), np.bincount(actual).argmax())
    return np.asarray(answers[values, fold], np.int64)


def quarters(numbers: Numbers) -> Codes:
    """Return the quarter that each number is in, from 1; 0 where there is none."""
    known = ~np.isnan(numbers)
    if not known.any():
        return np.zeros(numbers.size, np.int64)
    edges = np.quantile(numbers[known], BANDS)
    return np.where(known, 1 + np.searchsorted(edges, np.where(known, numbers, edges[0])), 0).astype(np.int64)


def columns(rows: pd.DataFrame, numbers: Sequence[str], words: Sequence[str]) -> dict[str, Codes]:
    """Return the columns of rows as codes, numbers by their quarters."""
    banded_numbers = {name: quarters(rows[name].to_numpy(float)) for name in numbers}
    return {**banded_numbers, **{name: pd.factorize(rows[name])[0].astype(np.int64) for name in words}}
