"""The rates of the past: a shop of twelve weeks with ten orders at each of its nine hours, and one lull."""

from datetime import datetime

import numpy as np

from streaming.monitor.rates.rate_bands import Counts
from streaming.monitor.rates.rate_history import rate_history
from streaming.monitor.rates.rate_verdicts import CHANNELS

# A Monday; the first day is Monday, 2024-01-01.
AS_OF = datetime(2024, 3, 25)


def test_each_day_is_judged_by_its_midnight_from_four_weeks_of_history_on() -> None:
    orders = np.zeros((2, 84, 24))
    orders[:, :, 9:18] = 10
    # Friday, 2024-03-08, of the city alone.
    orders[1, 67, 11:15] = 0
    past = rate_history({"main": (("", "Leeds"), Counts(orders, 0))}, {"main": AS_OF}, 1.0)
    (lull,) = past.alerts
    assert (lull["channel"], lull["occurred_at"], lull["baseline_as_of"], lull["subject"]) == (
        "rate_down",
        "2024-03-08T12:00:00.000Z",
        "2024-03-08T00:00:00.000Z",
        "city Leeds",
    )
    assert [dict(past.by_month(channel)) for channel in CHANNELS] == [{}, {"2024-03": 1}]
    # From 2024-01-29 on: three days of January, 29 of February, 24 of March.
    assert (past.days, past.weeks) == ({"2024-01": 3, "2024-02": 29, "2024-03": 24}, 8.0)


def test_a_shop_with_less_than_four_weeks_is_not_judged() -> None:
    past = rate_history({"main": (("",), Counts(np.ones((1, 28, 24)), 0))}, {"main": AS_OF}, 1.0)
    assert (past.alerts, past.weeks) == ((), 0.0)
