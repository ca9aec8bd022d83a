"""k-means on a sample of the customers that fits into this process; plain arrays, no Spark.

Points are of shape (rows, axes), standardised; weights of shape (rows,); centres of shape (groups, axes); labels of
shape (rows,) number the groups from 0.
"""

import numpy as np
import numpy.typing as npt
from scipy.cluster.vq import vq

from spark.ml.evaluation import Numbers

Labels = npt.NDArray[np.int64]

# Lloyd's steps end in a local optimum, so the best of some starts is taken.
STARTS = 5
MOST_STEPS = 50
TOLERANCE = 1e-3


def fit(points: Numbers, weight: Numbers, groups: int, chance: np.random.Generator) -> Numbers:
    """Return the centres around which the weighted points are closest, of all that the starts led to."""
    points, weight = np.ascontiguousarray(points[weight > 0]), weight[weight > 0]
    candidates = [converge(points, weight, start(points, weight, groups, chance)) for _ in range(STARTS)]
    return min(candidates, key=lambda centres: float((weight * vq(points, centres, check_finite=False)[1] ** 2).sum()))


def nearest(points: Numbers, centres: Numbers) -> Labels:
    """Return for each point the number of the centre that is nearest to it."""
    return vq(points, centres, check_finite=False)[0].astype(np.int64)


def converge(points: Numbers, weight: Numbers, centres: Numbers) -> Numbers:
    """Return the centres once they hardly move (Lloyd, 1982)."""
    weighted = weight[:, None] * points
    for _ in range(MOST_STEPS):
        labels = nearest(points, centres)
        total = np.bincount(labels, weight, len(centres))
        sums = np.column_stack([np.bincount(labels, axis, len(centres)) for axis in weighted.T])
        # A group that has lost all its points stays where it was.
        moved = np.where(total[:, None] > 0, sums / np.maximum(total, 1)[:, None], centres)
        step, centres = float(np.square(moved - centres).sum(axis=1).max()), moved
        if step <= TOLERANCE**2:
            break
    return centres


def start(points: Numbers, weight: Numbers, groups: int, chance: np.random.Generator) -> Numbers:
    """Return points to begin at, each drawn by its squared distance from those before (Arthur, Vassilvitskii, 2007)."""
    chosen = [points[draw(weight, chance)]]
    gap = np.full(len(points), np.inf)
    for _ in range(groups - 1):
        gap = np.minimum(gap, np.square(points - chosen[-1]).sum(axis=1))
        chosen.append(points[draw(weight * gap, chance)])
    return np.array(chosen)


def draw(likely: Numbers, chance: np.random.Generator) -> int:
    """Return a place drawn in proportion to the numbers there; the last one where all are nothing."""
    ends = np.cumsum(likely)
    return min(int(np.searchsorted(ends, chance.random() * ends[-1], side="right")), len(likely) - 1)
