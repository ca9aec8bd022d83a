"""What segments explain: eta squared by hand, among shops, with nothing to explain, and against the champion."""

import numpy as np
import pytest

from spark.ml.evaluation import MODEL
from spark.ml.registry import CHAMPION
from spark.segments.evaluate import ETA, eta_squared, explained_shares, silhouettes

SHOP = np.zeros(4, dtype=np.int64)
SPENT = np.array([1.0, 3.0, 5.0, 7.0])


def test_eta_squared_by_hand() -> None:
    # Mean 4, total 9 + 1 + 1 + 9 = 20; within the pairs 1 + 1 + 1 + 1 = 4.
    assert eta_squared(SPENT, np.array([0, 0, 1, 1]), SHOP, np.ones(4)) == pytest.approx(16 / 20)
    assert eta_squared(SPENT, SHOP, SHOP, np.ones(4)) == 0.0
    assert eta_squared(SPENT, np.arange(4), SHOP, np.ones(4)) == 1.0


def test_a_weight_counts_like_as_many_customers() -> None:
    weight, groups = np.array([2.0, 1.0, 0.0, 3.0]), np.array([0, 1, 2, 1])
    repeated = np.repeat(np.arange(4), weight.astype(int))
    assert eta_squared(SPENT, groups, SHOP, weight) == pytest.approx(
        eta_squared(SPENT[repeated], groups[repeated], SHOP[repeated], np.ones(6))
    )


def test_what_only_tells_shops_apart_explains_nothing() -> None:
    shops = np.array([0, 0, 1, 1])
    measures = {(one.subject, one.metric): one.value for one in explained_shares({MODEL: shops}, shops, SPENT)}
    assert measures == {(MODEL, ETA): 0.0}
    # The same group in two shops is two, as its spend there is in two currencies.
    crossed = explained_shares({MODEL: np.array([0, 1, 0, 1])}, shops, SPENT)
    assert [one.value for one in crossed] == [1.0]


def test_differences_are_paired() -> None:
    chance = np.random.default_rng(3)
    groups = chance.integers(0, 3, 300)
    spent = groups + chance.normal(0, 1, 300)
    shops = np.zeros(300, dtype=np.int64)
    same = {
        one.subject: one
        for one in explained_shares({MODEL: groups, CHAMPION: groups}, shops, spent)
        if "diff" in one.metric
    }
    assert (same[CHAMPION].value, same[CHAMPION].low, same[CHAMPION].high) == (0.0, 0.0, 0.0)
    other = {MODEL: groups, "rfm_grid": chance.integers(0, 27, 300)}
    measures = {(one.subject, one.metric): one for one in explained_shares(other, shops, spent)}
    gap = measures["rfm_grid", f"{ETA}_difference"]
    assert gap.value == pytest.approx(measures[MODEL, ETA].value - measures["rfm_grid", ETA].value)
    assert gap.low is not None and 0 < gap.low < gap.value


def test_customers_who_spend_alike_leave_nothing_to_explain() -> None:
    assert explained_shares({MODEL: np.arange(4)}, SHOP, np.full(4, 0.1)) == []
    assert explained_shares({MODEL: np.arange(4)}, np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 2.0, 2.0])) == []


def test_the_champion_is_measured_on_the_same_points() -> None:
    points = np.array([[0.0, 0, 0], [0.1, 0, 0], [5.0, 0, 0], [5.1, 0, 0]])
    measures = {(one.subject, one.metric): one.value for one in silhouettes(points, {MODEL: np.array([0, 0, 1, 1])})}
    assert measures[MODEL, "silhouette"] > 0.9 and len(measures) == 1
    both = silhouettes(points, {MODEL: np.array([0, 0, 1, 1]), CHAMPION: np.array([0, 1, 1, 1])})
    values = {(one.subject, one.metric): one.value for one in both}
    assert values[CHAMPION, "silhouette_difference"] == values[MODEL, "silhouette"] - values[CHAMPION, "silhouette"] > 0
