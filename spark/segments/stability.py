"""How many groups: how distinct they are, and whether other samples of the customers give them again.

Plain arrays, no Spark; shapes as in `kmeans`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spark.ml.evaluation import Numbers, resample
from spark.segments.kmeans import Labels, fit, nearest

# Fewer say too little to act on, more are not told apart.
GROUPS = range(3, 9)
REPLICATES = 25
SEED = 7
# Groups that other samples give again with this index are the customers', not the sample's.
FLOOR = 0.9


@dataclass(frozen=True)
class Grouping:
    """Groups of the sampled customers: their centres, mean silhouette and stability; see `stability`."""

    centres: Numbers
    silhouette: float
    stability: float


def groupings(points: Numbers) -> dict[int, Grouping]:
    """Return the grouping of the points for every number of groups that they allow."""
    distinct = len(np.unique(points, axis=0))
    # A silhouette needs more different points than groups.
    return {groups: grouping(points, groups) for groups in GROUPS if groups < distinct}


def grouping(points: Numbers, groups: int) -> Grouping:
    """Return the grouping of the points into so many groups."""
    centres = fit(points, np.ones(len(points)), groups, np.random.default_rng(SEED))
    labels = nearest(points, centres)
    return Grouping(centres, silhouette(points, labels), stability(points, labels, groups))


def best(tried: Mapping[int, Grouping]) -> int:
    """Return the number of groups to use.

    Of those whose stability reaches FLOOR the one of the highest silhouette, of equals the smallest, since fewer groups
    are easier to act on. Where none reaches it, the most stable.
    """
    stable = [groups for groups, one in tried.items() if one.stability >= FLOOR]
    if stable:
        return max(stable, key=lambda groups: (round(tried[groups].silhouette, 6), -groups))
    return max(tried, key=lambda groups: (round(tried[groups].stability, 6), -groups))


def stability(points: Numbers, labels: Labels, groups: int) -> float:
    """Return how well the groups are found again in bootstrap samples of the customers, at most 1.

    That is the mean adjusted Rand index between the groups of all points as they are, and as they are by the centres
    that the same algorithm finds in samples drawn with replacement (the scheme of Hennig, 2007, with that index).
    """
    chance = np.random.default_rng(SEED)
    again = [nearest(points, fit(points, resample(chance, len(points)), groups, chance)) for _ in range(REPLICATES)]
    return float(np.mean([adjusted_rand(labels, other) for other in again]))


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Return the agreement of two groupings beyond chance: 1 where they are equal, 0 on average where unrelated.

    Hubert and Arabie, Comparing partitions, 1985.
    """
    width = int(other.max()) + 1
    table = np.bincount(one * width + other, minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    every = len(one) * (len(one) - 1) / 2
    by_chance = rows * columns / every if every else 0.0
    room = (rows + columns) / 2 - by_chance
    # No room is left where both put all into one group, or each row into its own.
    return (both - by_chance) / room if room else 1.0


def pairs(counts: npt.NDArray[np.int64]) -> float:
    """Return how many pairs there are within cells of so many rows."""
    return float((counts * (counts - 1) / 2).sum())


def silhouette(points: Numbers, labels: Labels) -> float:
    """Return the mean silhouette (Rousseeuw, 1987) by squared distances, as MLlib's evaluator has it; 0 for one group.

    The mean squared distance of a point from a group follows from the group's size, centre and spread, so that no
    pairs are compared. A point alone in its group counts 0.
    """
    present, labels = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return 0.0
    size = np.bincount(labels).astype(float)
    centres = np.column_stack([np.bincount(labels, axis) / size for axis in points.T])
    spread = np.bincount(labels, np.square(points - centres[labels]).sum(axis=1)) / size
    away = np.column_stack([np.square(points - centre).sum(axis=1) for centre in centres]) + spread
    place = (np.arange(len(points)), labels)
    own = away[place] * size[labels] / np.maximum(size[labels] - 1, 1)
    away[place] = np.inf
    return float(np.mean(apart(own, away.min(axis=1), size[labels])))


def apart(own: Numbers, other: Numbers, size: Numbers) -> Numbers:
    """Return each point's silhouette from its distance to its own group, of that size, and to the nearest other."""
    widest = np.maximum(own, other)
    return np.divide(other - own, widest, out=np.zeros_like(own), where=(widest > 0) & (size > 1))
