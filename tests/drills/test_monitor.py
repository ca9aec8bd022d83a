"""What the drill of the monitor would say of stores that lack an alert, have one twice, or one of their own."""

from random import Random

import pytest

from tests.drills.monitor import Comparison
from tests.drills.monitor_faults import FAULTS, plan

EXPECTED = {"a", "b"}
BOTH = ["a", "b"]


def test_equal_stores_are_right_whatever_is_repeated_in_the_topic() -> None:
    assert Comparison(EXPECTED, ["b", "a", "a"], BOTH, BOTH).is_right


@pytest.mark.parametrize(
    ("comparison", "counts"),
    [
        (Comparison(EXPECTED, BOTH, BOTH, ["a"]), (1, 0, 0)),
        (Comparison(EXPECTED, ["a"], ["a"], BOTH), (2, 0, 0)),
        (Comparison(EXPECTED, BOTH, ["a", "b", "b"], BOTH), (0, 1, 0)),
        (Comparison(EXPECTED, ["a", "b", "c"], BOTH, BOTH), (0, 0, 1)),
        (Comparison(set(), [], [], []), (0, 0, 0)),
    ],
)
def test_a_store_with_a_fault_is_not_right(comparison: Comparison, counts: tuple[int, int, int]) -> None:
    assert (comparison.lost, comparison.doubled, comparison.others) == counts
    assert not comparison.is_right


def test_every_fault_is_planned_and_the_monitor_dies_most() -> None:
    names = plan(12, Random(1))
    assert set(names) == set(FAULTS) and names.count("monitor killed") == 6
