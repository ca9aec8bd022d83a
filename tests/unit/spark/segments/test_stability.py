"""How many groups: the index, the silhouette, and the rule by both; plain groups are stable, one cloud is not."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

from spark.segments import stability
from spark.segments.stability import Grouping, adjusted_rand, best, groupings, silhouette

LABELLINGS = st.integers(1, 12).flatmap(
    lambda rows: st.tuples(*[st.lists(st.integers(0, 3), min_size=rows, max_size=rows)] * 2)
)


def clouds(centres: list[list[float]], rows: int, width: float) -> np.ndarray:
    """Return so many points around each centre."""
    chance = np.random.default_rng(1)
    return np.concatenate([chance.normal(centre, width, (rows, 3)) for centre in centres])


def test_the_index_of_the_paper_by_hand() -> None:
    # Pairs together in both: 1; in the one: 2, in the other: 2; of six. By chance 4/6, so (1 - 2/3) / (2 - 2/3).
    one, other = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
    assert adjusted_rand(one, one) == 1.0
    assert adjusted_rand(one, np.array([1, 1, 0, 0])) == 1.0
    assert adjusted_rand(one, other) == pytest.approx((1 - 2 / 6) / (1.5 - 2 / 6))
    assert adjusted_rand(one, np.array([0, 1, 0, 1])) == pytest.approx(-0.5)


@given(LABELLINGS)
def test_the_index_is_that_of_counted_pairs(labels: tuple[list[int], list[int]]) -> None:
    one, other = labels
    together = [(one[a] == one[b], other[a] == other[b]) for a, b in combinations(range(len(one)), 2)]
    in_one, in_other = (sum(pair[side] for pair in together) for side in (0, 1))
    both = sum(all(pair) for pair in together)
    by_chance = in_one * in_other / len(together) if together else 0.0
    room = (in_one + in_other) / 2 - by_chance
    expected = (both - by_chance) / room if room else 1.0
    assert adjusted_rand(np.array(one), np.array(other)) == pytest.approx(expected)


def test_the_silhouette_is_that_of_mllib(spark: SparkSession) -> None:
    points = clouds([[0, 0, 0], [2, 0, 0], [0, 3, 0]], 20, 0.7)
    labels = np.repeat([0, 1, 2], 20)
    rows = [(Vectors.dense(point), int(label)) for point, label in zip(points.tolist(), labels, strict=True)]
    frame = spark.createDataFrame(rows, ["features", "prediction"])
    assert silhouette(points, labels) == pytest.approx(ClusteringEvaluator().evaluate(frame))
    # The groups' numbers need not follow each other.
    assert silhouette(points, labels * 4 + 1) == pytest.approx(silhouette(points, labels))


def test_one_group_has_no_silhouette_and_a_lonely_point_counts_nothing() -> None:
    points = np.array([[0.0, 0, 0], [0.0, 0, 0], [3.0, 0, 0]])
    assert silhouette(points, np.array([0, 0, 0])) == 0.0
    assert silhouette(points, np.array([0, 0, 1])) == pytest.approx(2 / 3)


def test_plain_groups_are_found_again_and_a_cloud_is_not() -> None:
    plain = groupings(clouds([[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], 50, 0.5))
    assert plain[4].stability == 1.0
    assert best(plain) == 4
    cloud = groupings(clouds([[0, 0, 0]], 200, 1.0))
    assert max(one.stability for one in cloud.values()) < stability.FLOOR


def test_as_many_groups_are_tried_as_there_are_different_points() -> None:
    points = np.repeat(np.eye(3) * [[1.0], [2.0], [3.0]], 4, axis=0)
    assert groupings(points) == {}
    assert list(groupings(np.concatenate([points, [[9.0, 9.0, 9.0], [8.0, 0.0, 0.0]]]))) == [3, 4]


@pytest.mark.parametrize(
    ("tried", "groups"),
    [
        ({3: (0.50, 0.95), 4: (0.60, 0.90), 5: (0.70, 0.89)}, 4),
        ({3: (0.50, 0.95), 4: (0.50, 0.99)}, 3),
        ({3: (0.70, 0.60), 4: (0.50, 0.80), 5: (0.60, 0.80)}, 4),
    ],
    ids=["the most distinct of the stable", "of equals the fewest", "none is stable: the most stable"],
)
def test_silhouette_and_stability_decide_together(tried: dict[int, tuple[float, float]], groups: int) -> None:
    assert best({number: Grouping(np.zeros((number, 3)), *values) for number, values in tried.items()}) == groups
