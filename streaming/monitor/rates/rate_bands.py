"""How many orders an hour or a day of the week usually has, and how odd a number of them is.

Everything of a midnight follows from the days before it. The expected number of an hour of the week is a mean over the
last weeks, newer ones weighing more, drawn a little towards the weekday's mean spread as the average day is, and scaled
to the level of the last fortnight. Numbers around it are taken as negative binomial, with variance m + d m^2; the
dispersion d comes from how far former expectations were off. A score is minus the logarithm, base 10, of the chance of
as many orders or more (up), of as many or fewer (down): an hour that is always closed expects none, so none is not odd.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

HALF_LIFE_DAYS, MOST_DAYS, LEVEL_DAYS = 28, 112, 14
# A history shorter than this has no expectations.
LEAST_DAYS = 28
# Weeks that the spread of an average day counts for, beside the hour's own.
AVERAGE_DAY_WEEKS = 2.0
# A day with less, or more, of its weekday's median tells nothing of what is usual: a holiday, an outage, a sale.
LEAST_PART, MOST_PART = 0.25, 4.0
LEVEL_ORDERS = 10.0
LEAST_DISPERSION = 0.01
# Of an hour without an order in all the weeks that weigh: so few weeks do not say that there never is one.
LEAST_MEAN = 0.1
# Below, a threshold from so few scores would be chance.
LEAST_SCORED_DAYS = 56
MOST_SCORE = 300.0
HOURS, WEEKDAYS = 24, 7


@dataclass(frozen=True)
class Counts:
    """Orders by subject, day and hour, of consecutive days.

    Args:
        orders: shape (subjects, days, 24).
        first_weekday: of the first day, 0 for Monday.
    """

    orders: Floats
    first_weekday: int

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return int(self.orders.shape[1])

    @cached_property
    def weekdays(self) -> npt.NDArray[np.int64]:
        """Return each day's weekday."""
        return (np.arange(self.days) + self.first_weekday) % WEEKDAYS

    @cached_property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Return whether a day tells what is usual, shape (subjects, days): nothing of it hangs on later days."""
        totals = self.orders.sum(axis=2)
        usable = np.ones(totals.shape, bool)
        for day in range(WEEKDAYS, self.days):
            past = totals[:, day % WEEKDAYS : day : WEEKDAYS][:, -MOST_DAYS // WEEKDAYS :]
            usual = np.median(past, axis=1)
            odd = (totals[:, day] < LEAST_PART * usual) | (totals[:, day] > MOST_PART * usual)
            usable[:, day] = ~(odd & (usual >= LEVEL_ORDERS))
        return usable


@dataclass(frozen=True)
class Scores:
    """Of hours and of days, up and down: shapes (subjects, days, 24) and (subjects, days)."""

    hour: tuple[Floats, Floats]
    day: tuple[Floats, Floats]


@dataclass(frozen=True)
class Thresholds:
    """The scores from which an hour, and a day, is odd."""

    hour: float
    day: float


def expected(counts: Counts, day: int) -> Floats:
    """Return the expected orders of the week from a midnight on, shape (subjects, 7, 24), by the days before it."""
    since = max(0, day - MOST_DAYS)
    orders, weekdays, usable = counts.orders[:, since:day], counts.weekdays[since:day], counts.usable[:, since:day]
    weights = usable * 0.5 ** ((day - 1 - np.arange(since, day)) / HALF_LIFE_DAYS)
    by_weekday = (weekdays[:, None] == np.arange(WEEKDAYS)).astype(float)
    weight = np.einsum("sd,dw->sw", weights, by_weekday)
    own = np.einsum("sd,dw,sdh->swh", weights, by_weekday, orders, optimize=True) / np.maximum(weight, 1e-9)[:, :, None]
    spread = np.einsum("sd,sdh->sh", weights, orders)
    spread /= np.maximum(spread.sum(axis=1, keepdims=True), 1e-9)
    average = own.sum(axis=2)[:, :, None] * spread[:, None, :]
    weeks = weight[:, :, None]
    mean = (weeks * own + AVERAGE_DAY_WEEKS * average) / (weeks + AVERAGE_DAY_WEEKS)
    recent = slice(-LEVEL_DAYS, None)
    came = (orders.sum(axis=2) * usable)[:, recent].sum(axis=1)
    due = (mean.sum(axis=2)[:, weekdays] * usable)[:, recent].sum(axis=1)
    return mean * ((came + LEVEL_ORDERS) / (due + LEVEL_ORDERS))[:, None, None]


def expectations(counts: Counts) -> Floats:
    """Return what each day was expected to have at its midnight, shape of the orders; NaN where too little is known."""
    means = np.full(counts.orders.shape, np.nan)
    for day in range(LEAST_DAYS, counts.days):
        means[:, day] = expected(counts, day)[:, counts.weekdays[day]]
    return means


def dispersion(orders: Floats, means: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Return the dispersion of each subject, by moments, shape (subjects,): of (subjects, days, ...) as expected."""
    known = usable & ~np.isnan(means if means.ndim == usable.ndim else means[..., 0])
    weights = known.reshape(*known.shape, *(1,) * (orders.ndim - 2))
    means = np.nan_to_num(means)
    axes = tuple(range(1, orders.ndim))
    excess = (weights * ((orders - means) ** 2 - means)).sum(axis=axes)
    return np.maximum(excess / np.maximum((weights * means**2).sum(axis=axes), 1e-9), LEAST_DISPERSION)


def surprise(orders: Floats, means: Floats, dispersions: Floats) -> tuple[Floats, Floats]:
    """Return the scores up and down of numbers of orders, of any one shape."""
    size = 1 / dispersions
    distribution = stats.nbinom(size, size / (size + np.maximum(means, LEAST_MEAN)))
    chances = distribution.logsf(orders - 1), distribution.logcdf(orders)
    up, down = (np.clip(-chance / np.log(10), 0, MOST_SCORE) for chance in chances)
    return up, down


def dispersions(counts: Counts, means: Floats, day: int) -> tuple[Floats, Floats]:
    """Return the dispersions of hours and of days as of a midnight, each of shape (subjects,)."""
    past = slice(max(0, day - MOST_DAYS), day)
    orders, known, usable = counts.orders[:, past], means[:, past], counts.usable[:, past]
    return dispersion(orders, known, usable), dispersion(orders.sum(axis=2), known.sum(axis=2), usable)


def scores(counts: Counts, means: Floats) -> Scores:
    """Return how odd each hour and day was against what was known at its midnight; 0 where too little was."""
    spreads = [dispersions(counts, means, day) for day in range(counts.days)]
    hourly, daily = (np.stack(each, axis=1) for each in zip(*spreads, strict=True))
    known = ~np.isnan(means[:, :, 0])
    hours = surprise(counts.orders, np.nan_to_num(means), np.broadcast_to(hourly[:, :, None], means.shape))
    days = surprise(counts.orders.sum(axis=2), np.nan_to_num(means).sum(axis=2), daily)
    up, down = (np.where(known[:, :, None], side, 0.0) for side in hours)
    day_up, day_down = (np.where(known, side, 0.0) for side in days)
    return Scores((up, down), (day_up, day_down))


def thresholds(hours: Floats, days: Floats, alerts_a_week: float) -> Thresholds:
    """Return the lowest thresholds, equally rare for hours and days, that were passed on few enough days.

    A day of a subject counts once, however many of its hours pass, as it is told once. Few scores say little of what is
    rare: the distribution is trusted then.

    Args:
        hours: scores of one side, shape (subjects, days, 24), of the days that have one.
        days: the same, shape (subjects, days).
        alerts_a_week: over all subjects.
    """
    subjects, scored = days.shape
    allowed = int(alerts_a_week * scored / WEEKDAYS)
    if scored < LEAST_SCORED_DAYS or allowed < 1:
        return Thresholds(*(float(np.log10(subjects * 7 * each * 2 / alerts_a_week)) for each in (HOURS, 1)))
    most = hours.max(axis=2)
    by_hour, by_day = (-np.sort(-each.ravel()) for each in (most, days))
    chosen = Thresholds(by_hour[0], by_day[0])
    for rank in range(min(allowed, by_hour.size)):
        lower = Thresholds(float(by_hour[rank]), float(by_day[rank]))
        if ((most > lower.hour) | (days > lower.day)).sum() > allowed:
            break
        chosen = lower
    return chosen
