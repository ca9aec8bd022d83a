"""What is odd about a day's orders, hour by hour: the bands of a midnight, and what lies outside them.

A shop or city is told of once a day and direction: of the first hour outside, and of the day where no hour was. So a
verdict is a function of the bands and the day's numbers alone, whenever and however often it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from streaming.monitor.rates import rate_bands
from streaming.monitor.rates.rate_bands import HOURS, Counts, Floats, Scores, Thresholds

UP, DOWN = 0, 1
CHANNELS = ("rate_up", "rate_down")
# Nine of ten usual values lie between the outer two.
BAND = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Bands:
    """What is usual from a midnight on: expected orders (subjects, 7, 24), dispersions, thresholds up and down."""

    means: Floats
    hourly: Floats
    daily: Floats
    thresholds: tuple[Thresholds, Thresholds]


@dataclass(frozen=True)
class Finding:
    """An hour, or with None a day, of a subject outside its band; `usual` begins, halves and ends nine of ten."""

    subject: int
    side: int
    hour: int | None
    measured: float
    usual: tuple[float, float, float]
    score: float
    threshold: float


@dataclass(frozen=True)
class History:
    """Orders of the past, what was expected of each day at its midnight, and how odd it was."""

    counts: Counts
    means: Floats
    scores: Scores

    @classmethod
    def of(cls, counts: Counts) -> "History":
        """Return the history of counts."""
        means = rate_bands.expectations(counts)
        return cls(counts, means, rate_bands.scores(counts, means))

    def bands(self, day: int, alerts_a_week: float) -> Bands | None:
        """Return the bands of a midnight, by the days before it alone; None where those are too few."""
        if day < rate_bands.LEAST_DAYS:
            return None
        known = slice(rate_bands.LEAST_DAYS, day)
        up, down = (
            rate_bands.thresholds(self.scores.hour[side][:, known], self.scores.day[side][:, known], alerts_a_week)
            for side in (UP, DOWN)
        )
        hourly, daily = rate_bands.dispersions(self.counts, self.means, day)
        return Bands(rate_bands.expected(self.counts, day), hourly, daily, (up, down))

    def findings(self, first_day: int, alerts_a_week: float) -> Iterator[tuple[int, Finding]]:
        """Yield what is odd about each day from one on, with its number, as a monitor of its midnight would tell it."""
        for day in range(first_day, self.counts.days):
            bands = self.bands(day, alerts_a_week)
            if bands:
                weekday = int(self.counts.weekdays[day])
                yield from ((day, each) for each in judge(bands, weekday, self.counts.orders[:, day]))


def judge(bands: Bands, weekday: int, orders: Floats, over: int = HOURS, known: int = 0) -> Iterator[Finding]:
    """Yield what is odd about a day of every subject.

    Args:
        bands: of the day's midnight, or an earlier one.
        weekday: 0 for Monday.
        orders: shape (subjects, 24).
        over: how many hours are over; the day is judged where all are.
        known: the first hour that was counted whole; the day is judged where all were.
    """
    means = bands.means[:, weekday]
    hours = rate_bands.surprise(orders, means, np.broadcast_to(bands.hourly[:, None], means.shape))
    days = rate_bands.surprise(orders.sum(axis=1), means.sum(axis=1), bands.daily)
    for side in (UP, DOWN):
        limit = bands.thresholds[side]
        for subject in range(orders.shape[0]):
            outside = known + np.flatnonzero(hours[side][subject, known:over] > limit.hour)
            if outside.size:
                hour = int(outside[0])
                usual = band(means[subject, hour], bands.hourly[subject])
                score = float(hours[side][subject, hour])
                yield Finding(subject, side, hour, float(orders[subject, hour]), usual, score, limit.hour)
            elif over == HOURS and known == 0 and days[side][subject] > limit.day:
                usual = band(means[subject].sum(), bands.daily[subject])
                total, score = float(orders[subject].sum()), float(days[side][subject])
                yield Finding(subject, side, None, total, usual, score, limit.day)


def judge_running(bands: Bands, weekday: int, orders: Floats, hour: int, known: int = 0) -> Iterator[Finding]:
    """Yield what is already more than usual in an hour that is not over, of subjects without an odd hour before."""
    for each in judge(bands, weekday, orders, hour + 1, known):
        if each.side == UP and each.hour == hour:
            yield each


def band(mean: float, dispersion: float) -> tuple[float, float, float]:
    """Return where nine of ten usual numbers begin, their middle, and where they end."""
    size = 1 / dispersion
    low, middle, high = stats.nbinom(size, size / (size + max(mean, rate_bands.LEAST_MEAN))).ppf(BAND)
    return float(low), float(middle), float(high)
