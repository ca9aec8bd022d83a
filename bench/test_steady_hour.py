"""A part of the hour has its own looks and alerts, and the last stands beside the second."""

import numpy as np

from bench.steady_hour import Look, beside, part

LOOKS = [Look(100, 900, 2), Look(109, 1100, 4), Look(110, 1300, 8)]
# When the order came, whether the alert is one of speed, seconds between.
LAGS = np.array([[100, 0, 0.1], [109.9, 0, 0.3], [105, 1, 2.0], [110, 0, 9.0], [111, 1, 4.0]])


def test_a_part_has_the_looks_and_the_alerts_of_its_seconds() -> None:
    load, megabytes, *quantiles = part(0, 100, 10, LOOKS, LAGS)
    assert (load, megabytes) == (3, 1100)
    np.testing.assert_allclose(quantiles, [0.2, 0.29, 0.298, 2, 2, 2])


def test_the_last_is_a_multiple_of_the_second() -> None:
    first, second = (part(number, 100, 10, LOOKS, LAGS) for number in (0, 1))
    np.testing.assert_allclose(beside(second, first)[:3], [8 / 3, 13 / 11, 45])
    assert np.isnan(part(2, 100, 10, LOOKS, np.empty((0, 3)))).all()
