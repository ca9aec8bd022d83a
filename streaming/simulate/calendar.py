"""When a shop is busy: seasons, weekdays and hours bend an even flow of time.

Behaviour is drawn in *pace*, days in which every hour is alike; this maps pace to the clock. So a Poisson process in
pace is one on the clock whose rate follows the seasons, and each customer keeps their own mean rate. A year is taken as
52 weeks, so that one year's table serves forever.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAYS_OF_TABLE = 364
HOURS_OF_TABLE = DAYS_OF_TABLE * 24
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONTHS = (0.85, 0.80, 0.90, 0.95, 1.00, 0.95, 0.90, 0.90, 1.00, 1.10, 1.35, 1.45)
WEEKDAYS = (1.00, 0.95, 0.95, 1.00, 1.15, 1.25, 0.85)
HOURS = (3, 1, 1, 1, 1, 4, 15, 35, 55, 70, 80, 85, 90, 80, 70, 70, 75, 85, 95, 100, 95, 70, 35, 12)


class Calendar:
    """Maps pace to the clock, both counted from one midnight."""

    def __init__(self, first_day: date) -> None:
        """Take the day that pace begins at."""
        days = [first_day + timedelta(days=number) for number in range(DAYS_OF_TABLE)]
        by_day = np.array([MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] for day in days])
        weights = np.outer(by_day, np.array(HOURS, float)).ravel()
        self.pace_at_hour = np.concatenate(([0.0], weights.cumsum() * (DAYS_OF_TABLE / weights.sum())))
        self.hours = np.arange(HOURS_OF_TABLE + 1, dtype=float)

    def clock(self, pace: Floats) -> Ints:
        """Return milliseconds since the first midnight."""
        years, rest = np.divmod(pace, DAYS_OF_TABLE)
        hours = years * HOURS_OF_TABLE + np.interp(rest, self.pace_at_hour, self.hours)
        return (hours * HOUR_MS).astype(np.int64)

    def pace(self, day: int) -> float:
        """Return the pace at a midnight, counted in days from the first."""
        years, rest = divmod(day, DAYS_OF_TABLE)
        return years * DAYS_OF_TABLE + float(self.pace_at_hour[rest * 24])
