"""How much is taken a second."""

import pytest

from streaming.monitor.health.pace import Rates


def test_a_rate_is_of_the_last_ten_seconds() -> None:
    rates = Rates()
    assert rates.of("sizes", "orders", 100, at=0.0) == 0.0
    assert rates.of("sizes", "orders", 300, at=2.0) == 100.0
    for at in range(4, 31, 2):
        rate = rates.of("sizes", "orders", 300 + 50 * (at - 2), at=float(at))
    assert rate == pytest.approx(50.0)


def test_jobs_and_topics_are_counted_apart_and_a_new_beginning_is_no_rate() -> None:
    rates = Rates()
    rates.of("sizes", "orders", 1_000, at=0.0)
    assert rates.of("speed", "orders", 2_000, at=1.0) == 0.0
    assert rates.of("sizes", "orders", 10, at=2.0) == 0.0
    assert rates.of("sizes", "orders", 30, at=4.0) == 10.0


def test_a_look_at_the_same_counts_changes_nothing() -> None:
    rates = Rates()
    rates.of("ingest", "orders", 100, at=10.0)
    assert rates.of("ingest", "orders", 400, at=20.0) == rates.of("ingest", "orders", 400, at=20.0) == 30.0
