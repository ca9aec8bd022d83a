"""Names and ids of segments: plain numbers."""

import pytest

from spark.segments.naming import distance, lasting_ids, name, names

SPREADS = (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("centre", "expected"),
    [
        ((-1.2, 1.1, 1.2), "Active top buyers"),
        ((-0.4, 0.1, 0.1), "Active regulars"),
        ((0.0, 0.3, 0.2), "Cooling regulars"),
        ((1.0, -0.9, -0.8), "Lapsed occasional buyers"),
    ],
)
def test_a_name_says_when_and_how_much(centre: tuple[float, float, float], expected: str) -> None:
    assert name(centre) == expected


def test_groups_of_one_name_are_told_apart_by_spend() -> None:
    assert names([(1.0, -1.0, -1.5), (1.0, -1.0, -0.5), (-1.0, 1.0, 1.0)]) == [
        "Lapsed occasional buyers, spend tier 2",
        "Lapsed occasional buyers",
        "Active top buyers",
    ]


def test_first_ids_go_by_spend() -> None:
    assert lasting_ids([(0.0, 0.0, 5.0), (0.0, 0.0, 9.0), (0.0, 0.0, 7.0)], SPREADS, {}) == [3, 1, 2]


def test_ids_follow_the_groups_through_a_retrain_in_another_order() -> None:
    earlier = {1: (1.0, 2.0, 8.0), 2: (4.0, 1.0, 5.0), 3: (5.0, 0.7, 4.0)}
    moved = [(5.1, 0.7, 4.1), (1.1, 2.1, 8.2), (4.1, 1.0, 5.1)]
    assert lasting_ids(moved, SPREADS, earlier) == [3, 1, 2]


def test_a_group_far_from_every_earlier_one_gets_a_new_id() -> None:
    earlier = {1: (1.0, 2.0, 8.0), 4: (4.0, 1.0, 5.0)}
    assert lasting_ids([(1.0, 2.0, 8.0), (9.0, 0.1, 1.0), (4.0, 1.0, 5.2)], SPREADS, earlier) == [1, 5, 4]


def test_distance_is_in_standard_deviations() -> None:
    assert distance((3.0, 0.0, 8.0), (0.0, 0.0, 0.0), (1.0, 1.0, 2.0)) == pytest.approx(5.0)
    assert distance((3.0, 7.0, 0.0), (0.0, 0.0, 0.0), (1.0, 0.0, 1.0)) == pytest.approx(3.0)
