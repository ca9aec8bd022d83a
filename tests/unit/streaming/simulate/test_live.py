"""Live events happen when they are due, and are stamped so."""

import numpy as np

from streaming.simulate.draft import Draft
from streaming.simulate.live import Pace, stamps


def test_a_rate_says_what_is_due_and_when() -> None:
    pace = Pace(200, 1_000.0)
    assert [pace.due(now) for now in (1_000.0, 1_000.5, 1_010.0)] == [0, 100, 2_000]
    assert pace.instants(100, 3).tolist() == [1_000_500, 1_000_505, 1_000_510]


def test_an_event_happens_when_it_is_due_a_late_one_so_long_before_a_duplicate_with_its_original() -> None:
    hour = 3_600_000
    drafts = [
        Draft(10 * hour, 10 * hour, "orders", "k", ""),
        Draft(11 * hour, 11 * hour, "orders", "k", ""),
        Draft(11 * hour, 11 * hour, "orders", "k", "", "duplicate"),
        Draft(12 * hour, 8 * hour, "orders", "k", "", "late"),
    ]
    instants = stamps(drafts, np.array([5_000, 6_000, 7_000, 8_000])).tolist()
    assert instants[0] == 5_000 and instants[1] == instants[2] and 6_000 <= instants[1] <= 7_000
    assert instants[3] == 5_000 - 2 * hour
