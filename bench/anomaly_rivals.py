"""Detectors to stand beside the monitor's, on its own features: short own implementations after the papers.

scikit-learn and pysad have them ready; neither is among the project's packages. Each scores an order by orders before
it alone; the higher, the odder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TREES, SAMPLE = 100, 256
EULER = 0.5772156649


@dataclass(frozen=True)
class Split:
    """A node of an isolation tree; a leaf has no feature, and the depth that its rows stand for."""

    depth: float
    feature: int = -1
    at: float = 0.0
    low: "Split | None" = None
    high: "Split | None" = None


def isolation_forest(features: Floats, blocks: Ints, chance: np.random.Generator) -> Floats:
    """Return scores after F. T. Liu, K. M. Ting and Z.-H. Zhou, Isolation forest, ICDM 2008: 100 trees of 256 rows.

    A new forest is grown of all rows before each block (of a month); the rows of the first block have no score.
    """
    scores = np.full(len(features), -np.inf)
    for block in np.unique(blocks)[1:]:
        past, now = features[blocks < block], blocks == block
        size = min(SAMPLE, len(past))
        forest = [grow(past[chance.choice(len(past), size, replace=False)], 0, size, chance) for _ in range(TREES)]
        depth = np.mean([depths(tree, features[now]) for tree in forest], axis=0)
        scores[now] = 2 ** (-depth / unsuccessful(size))
    return scores


def grow(rows: Floats, depth: int, size: int, chance: np.random.Generator) -> Split:
    """Return a tree whose splits are drawn at random between the bounds of its rows."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    wide = np.flatnonzero(high > low)
    if depth >= np.ceil(np.log2(size)) or len(rows) <= 1 or not wide.size:
        return Split(depth + unsuccessful(len(rows)))
    feature = int(chance.choice(wide))
    at = chance.uniform(low[feature], high[feature])
    below = rows[:, feature] < at
    return Split(depth, feature, at, *(grow(part, depth + 1, size, chance) for part in (rows[below], rows[~below])))


def depths(tree: Split, rows: Floats) -> Floats:
    """Return the depth at which each row ends."""
    if tree.low is None or tree.high is None:
        return np.full(len(rows), tree.depth)
    below = rows[:, tree.feature] < tree.at
    result = np.empty(len(rows))
    result[below], result[~below] = depths(tree.low, rows[below]), depths(tree.high, rows[~below])
    return result


def unsuccessful(count: int) -> float:
    """Return the mean depth of an unsuccessful search in a binary tree of so many rows."""
    return 2 * (np.log(count - 1) + EULER) - 2 * (count - 1) / count if count > 2 else float(count == 2)


def half_space_trees(features: Floats, chance: np.random.Generator, window: int = 250) -> Floats:
    """Return scores after S. C. Tan, K. M. Ting and T. F. Liu, Fast anomaly detection for streaming data, IJCAI 2011.

    25 trees of depth 15, a window of 250 rows; ranges are those of the first window, widened as in the paper.
    """
    trees, depth = 25, 15
    low, high = features[:window].min(axis=0), features[:window].max(axis=0)
    scaled = np.clip((features - low) / np.where(high > low, high - low, 1), -1, 2)
    middle = chance.uniform(0, 1, (trees, features.shape[1]))
    reach = 2 * np.maximum(middle, 1 - middle)
    nodes = 2 ** (depth + 1) - 1
    feature = chance.integers(0, features.shape[1], (trees, nodes))
    at = cuts(feature, middle - reach, middle + reach, depth)
    reference, latest = np.zeros((trees, nodes)), np.zeros((trees, nodes))
    scores, each = np.full(len(features), -np.inf), np.arange(trees)
    for row, values in enumerate(scaled):
        path = np.zeros((depth + 1, trees), dtype=np.int64)
        for level in range(depth):
            here = path[level]
            path[level + 1] = 2 * here + 1 + (values[feature[each, here]] >= at[each, here])
        if row >= window:
            mass = reference[each, path]
            stop = np.argmax(np.vstack([mass[:-1] <= 0.1 * window, np.ones((1, trees), bool)]), axis=0)
            scores[row] = -np.log1p((mass[stop, each] * 2.0**stop).sum())
        latest[each, path] += 1
        if (row + 1) % window == 0:
            reference, latest = latest, np.zeros((trees, nodes))
    return scores


def cuts(feature: Ints, low: Floats, high: Floats, depth: int) -> Floats:
    """Return where each node halves the range that its parents left of its feature."""
    trees, nodes = feature.shape
    each, at = np.arange(trees), np.zeros((trees, nodes))
    lows, highs = {0: low}, {0: high}
    for node in range(2**depth - 1):
        bottom, top = lows.pop(node), highs.pop(node)
        at[:, node] = (bottom[each, feature[:, node]] + top[each, feature[:, node]]) / 2
        below, above = top.copy(), bottom.copy()
        below[each, feature[:, node]] = above[each, feature[:, node]] = at[:, node]
        lows |= {2 * node + 1: bottom, 2 * node + 2: above}
        highs |= {2 * node + 1: below, 2 * node + 2: top}
    return at


def running_deviation(features: Floats, customers: Sequence[int], weight: float = 0.1, least: int = 3) -> Floats:
    """Return how many standard deviations the oddest feature is from the customer's running mean.

    Exponentially weighted, after T. Finch, Incremental calculation of weighted mean and variance, Cambridge 2009; a
    customer with fewer than three orders stands beside the mean of all.
    """
    states: dict[int, tuple[int, Floats, Floats]] = {}
    nothing = (0, np.zeros(features.shape[1]), np.ones(features.shape[1]))
    scores = np.zeros(len(features))
    for row, (customer, values) in enumerate(zip(customers, features, strict=True)):
        known, everyone = states.get(customer, nothing), states.get(-1, nothing)
        _, mean, variance = known if known[0] >= least else everyone
        scores[row] = np.max(np.abs(values - mean) / np.sqrt(np.maximum(variance, 0.25 * everyone[2] + 1e-6)))
        for whose, (count, middle, spread) in ((customer, known), (-1, everyone)):
            step = values - middle
            share = max(weight if whose >= 0 else weight / 100, 1 / (count + 1))
            states[whose] = (count + 1, middle + share * step, (1 - share) * (spread + share * step * step))
    return scores
