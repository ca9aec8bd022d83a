"""Bands of made-up weeks that a reader can count."""

import numpy as np
import pytest

from streaming.monitor.rates.rate_bands import LEAST_DAYS, Counts, Floats, expected, surprise, thresholds
from streaming.monitor.rates.rate_verdicts import DOWN, UP, Finding, History, judge, judge_running

SUNDAY = 6


def weeks(number: int, seed: int = 0) -> Floats:
    """Return one shop's orders from a Monday on: some 10 an hour from 9 to 17, none at night and on Sundays."""
    mean = np.zeros((number * 7, 24))
    mean[:, 9:17] = 10
    mean[SUNDAY::7] = 0
    return np.random.default_rng(seed).poisson(mean).astype(float)[None]


def findings(orders: Floats, day: int) -> list[tuple[str, int | None]]:
    """Return the side and hour of what is told about a day."""
    found = [each for number, each in History.of(Counts(orders, 0)).findings(day, 1.0) if number == day]
    return [("up" if each.side == UP else "down", each.hour) for each in found]


def test_an_hour_is_expected_as_on_its_weekday() -> None:
    means = expected(Counts(weeks(12), 0), 12 * 7)[0]
    assert means[0, 12] == pytest.approx(10, rel=0.2) and means[SUNDAY, 12] == means[0, 3] == 0


def test_a_higher_level_is_followed_within_two_weeks() -> None:
    orders = weeks(12)
    orders[:, 70:] *= 2
    assert expected(Counts(orders, 0), 84)[0, 0, 12] == pytest.approx(20, rel=0.2)


def test_nothing_from_the_midnight_on_moves_a_band() -> None:
    orders, other = weeks(12), weeks(12)
    other[:, 70:] = 99
    one, two = (History.of(Counts(each, 0)).bands(70, 1.0) for each in (orders, other))
    assert one and two and np.array_equal(one.means, two.means)
    assert (one.hourly, one.daily, one.thresholds) == (two.hourly, two.daily, two.thresholds)


def test_a_surprise_is_the_chance_of_as_much() -> None:
    # With next to no dispersion as Poisson: of mean 2, none has a chance of exp(-2), two or more of 1 - 3 exp(-2).
    up, down = surprise(np.array([2.0, 0.0]), np.array([2.0, 2.0]), np.array([1e-9, 1e-9]))
    assert 10 ** -up[0] == pytest.approx(1 - 3 * np.exp(-2), rel=1e-4)
    assert 10 ** -down[1] == pytest.approx(np.exp(-2), rel=1e-4)


@pytest.mark.parametrize(
    ("hours", "value", "finding"),
    [(slice(11, 12), 40, ("up", 11)), (slice(9, 15), 0, ("down", 9)), (slice(9, 17), 0, ("down", 9))],
)
def test_what_leaves_the_band_is_told_once_a_day_and_side(hours: slice, value: int, finding: tuple[str, int]) -> None:
    orders = weeks(20)
    orders[0, 133, hours] = value
    assert findings(orders, 133) == [finding]


def test_a_day_is_told_of_where_no_hour_is() -> None:
    bands = History.of(Counts(weeks(20), 0)).bands(133, 1.0)
    assert bands
    fewer = np.zeros((1, 24))
    fewer[0, 9:17] = 5
    (finding,) = judge(bands, 0, fewer)
    assert (finding.side, finding.hour, finding.measured) == (DOWN, None, 40)
    assert finding.usual[0] < 80 < finding.usual[2] and finding.score > finding.threshold
    assert list(judge(bands, 0, fewer, over=23)) == []


def test_closed_hours_and_days_are_not_odd() -> None:
    assert findings(weeks(20), 19 * 7 + SUNDAY) == []


def test_a_surge_is_told_of_while_its_hour_runs_and_a_lull_is_not() -> None:
    bands = History.of(Counts(weeks(20), 0)).bands(133, 1.0)
    assert bands
    orders = np.zeros((1, 24))
    orders[0, 9:12] = 10, 10, 40
    (finding,) = judge_running(bands, 0, orders, 11)
    assert finding == Finding(0, UP, 11, 40.0, finding.usual, finding.score, finding.threshold)
    orders[0, 11] = 1
    assert list(judge_running(bands, 0, orders, 11)) == []


def test_thresholds_were_passed_on_no_more_days_than_allowed() -> None:
    chance = np.random.default_rng(1)
    hours, days = chance.exponential(size=(3, 140, 24)), chance.exponential(size=(3, 140))
    limits = thresholds(hours, days, 0.5)
    passed = ((hours.max(axis=2) > limits.hour) | (days > limits.day)).sum()
    assert 7 <= passed <= 0.5 * 140 / 7


def test_a_short_history_has_no_bands_and_a_young_one_the_thresholds_of_chance() -> None:
    history = History.of(Counts(weeks(6), 0))
    assert history.bands(LEAST_DAYS - 1, 1.0) is None
    bands = history.bands(LEAST_DAYS + 7, 0.5)
    # Two sizes of seven days and 168 hours a week, half an alert among all: 1 in 672 hours, 1 in 28 days.
    assert bands and bands.thresholds[UP].hour == pytest.approx(np.log10(672)) and bands.thresholds[UP].day > 1.4
