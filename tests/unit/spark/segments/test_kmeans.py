"""k-means on plain arrays: the centres of plain groups, weights, and points that are all alike."""

import numpy as np
import pytest

from spark.segments import kmeans

CORNERS = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [0.0, 10.0, 0.0]])
# Six customers in three pairs, each pair around its corner.
PAIRS = np.concatenate([CORNERS - 0.1, CORNERS + 0.1])


def best_centres(points: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    """Return the centres in the order of their coordinates."""
    centres = kmeans.fit(points, weight, groups, np.random.default_rng(7))
    return centres[np.lexsort(centres.T)]


def test_the_centres_of_pairs_are_in_their_middle() -> None:
    assert best_centres(PAIRS, np.ones(6), 3) == pytest.approx(CORNERS)


def test_a_weight_counts_like_as_many_points() -> None:
    weight = np.array([3.0, 1.0, 0.0, 1.0, 1.0, 2.0])
    repeated = np.repeat(PAIRS, weight.astype(int), axis=0)
    assert best_centres(PAIRS, weight, 3) == pytest.approx(best_centres(repeated, np.ones(len(repeated)), 3))
    assert best_centres(PAIRS, weight, 3)[0] == pytest.approx([-0.05, -0.05, -0.05])


def test_more_groups_than_different_points_are_no_failure() -> None:
    assert best_centres(np.ones((5, 3)), np.ones(5), 3) == pytest.approx(np.ones((3, 3)))


def test_a_bad_start_is_not_kept() -> None:
    # Lloyd's steps never leave this start: one centre holds two corners and two share the third.
    start = np.array([[5.0, 0.0, 0.0], [0.0, 9.9, 0.0], [0.0, 10.1, 0.0]])
    stuck = kmeans.converge(PAIRS, np.ones(6), start)
    assert stuck[0] == pytest.approx([5.0, 0.0, 0.0])
    assert best_centres(PAIRS, np.ones(6), 3) == pytest.approx(CORNERS)


def test_each_point_goes_to_its_nearest_centre() -> None:
    assert kmeans.nearest(PAIRS, CORNERS).tolist() == [0, 1, 2, 0, 1, 2]
