"""The rates of the past as the monitor would have judged them: each day against the bands of its midnight."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streaming.monitor.rates.rate_alerts import Alert, alert
from streaming.monitor.rates.rate_bands import LEAST_DAYS, WEEKDAYS, Counts
from streaming.monitor.rates.rate_verdicts import History

# Of one shop: its cities, the shop as a whole being the empty one, and their orders.
Shop = tuple[tuple[str, ...], Counts]


@dataclass(frozen=True)
class RateHistory:
    """The alerts, and by month the days that were judged, those of each shop counted."""

    alerts: tuple[Alert, ...]
    days: Counter[str]

    @property
    def weeks(self) -> float:
        """Return how many weeks were judged, those of each shop counted."""
        return self.days.total() / WEEKDAYS

    def by_month(self, channel: str) -> Counter[str]:
        """Return the alerts of a channel by the month of their hour or day."""
        return Counter(month(before_end(one)) for one in self.alerts if one["channel"] == channel)

    def most_surprising(self, count: int) -> list[Alert]:
        """Return the alerts with the highest scores."""
        return sorted(self.alerts, key=lambda one: (-score(one), str(one["alert_id"])))[:count]


def rate_history(shops: Mapping[str, Shop], midnights: Mapping[str, datetime], alerts_a_week: float) -> RateHistory:
    """Return the verdicts on all days that have enough of a past.

    Args:
        shops: by source, the counts of the days up to a midnight.
        midnights: by source, that midnight, naive, in UTC.
        alerts_a_week: of a shop with its cities, in each direction.
    """
    alerts: list[Alert] = []
    days = Counter[str]()
    for source, (cities, counts) in shops.items():
        first = midnights[source].replace(tzinfo=UTC) - timedelta(days=counts.days)
        alerts += past_alerts(source, (cities, counts), first, alerts_a_week)
        days.update(month(first + timedelta(days=day)) for day in range(LEAST_DAYS, counts.days))
    return RateHistory(tuple(alerts), days)


def past_alerts(source: str, shop: Shop, first: datetime, alerts_a_week: float) -> Iterator[Alert]:
    """Yield the alerts of a shop and its cities; `first` is the midnight of its first day."""
    cities, counts = shop
    for number, finding in History.of(counts).findings(LEAST_DAYS, alerts_a_week):
        day = first + timedelta(days=number)
        yield alert(day, source, cities[finding.subject], day, finding)


def month(moment: datetime) -> str:
    """Return the month of an instant, such as 2025-01."""
    return f"{moment:%Y-%m}"


def before_end(each: Alert) -> datetime:
    """Return the last instant of an alert's hour or day, whose time is its end."""
    return datetime.fromisoformat(str(each["occurred_at"])) - timedelta(microseconds=1)


def score(each: Alert) -> float:
    """Return how surprising an alert is."""
    value = each["score"]
    assert isinstance(value, float)
    return value
