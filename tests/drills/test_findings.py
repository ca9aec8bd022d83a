"""Which order came before which, found in plain Python: as the monitor's own state answers."""

from tests.drills.findings import Placed, previous_instants


def test_the_newest_earlier_instant_that_came_before_is_the_previous_one() -> None:
    # Partition, offset, shop, customer, instant; what was before.
    answers: dict[Placed, int | None] = {
        (0, 0, "shop", "a", 10): None,
        (0, 1, "shop", "a", 30): 10,
        (0, 2, "shop", "b", 20): None,
        (0, 3, "shop", "a", 30): 10,  # at the same instant
        (0, 4, "shop", "a", 40): 30,
        (0, 5, "shop", "a", 30): None,  # came twice, late, and no newer than the older of the two that are known
        (0, 6, "shop", "a", 35): 30,
        (0, 7, "other", "a", 50): None,
        (1, 0, "shop", "c", 20): None,
    }
    found = {(partition, offset): at for partition, offset, at in previous_instants(reversed(answers))}
    assert found == {(partition, offset): at for (partition, offset, *_), at in answers.items()}
