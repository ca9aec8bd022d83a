"""An odd hour or day of a shop or city, in the columns of `live.anomalies`."""

import hashlib
from datetime import UTC, datetime, timedelta

from streaming.monitor.rates.rate_verdicts import CHANNELS, Finding

SHOP = ""
Alert = dict[str, str | float | None]
HOUR_UNIT, DAY_UNIT = "orders an hour", "orders a day"


def alert(as_of: datetime, source: str, city: str, day: datetime, finding: Finding) -> Alert:
    """Return the alert of a finding; the same hour or day has the same identity whenever it is told.

    Args:
        as_of: of the bands, a UTC midnight.
        source: the shop.
        city: the city, empty for the whole shop.
        day: the midnight that the finding's day begins at, in UTC.
        finding: the hour, or the day.
    """
    subject = f"city {city}" if city != SHOP else f"shop {source}"
    ended_at = day + (timedelta(days=1) if finding.hour is None else timedelta(hours=finding.hour + 1))
    unit, channel = DAY_UNIT if finding.hour is None else HOUR_UNIT, CHANNELS[finding.side]
    identity = f"{source}|{subject}, {unit}, {instant(ended_at)}|{channel}"
    low, usual, high = finding.usual
    return {
        "alert_id": hashlib.sha256(identity.encode()).hexdigest()[:32],
        "source": source,
        "channel": channel,
        "occurred_at": instant(ended_at),
        "event_id": None,
        "order_id": None,
        "customer_id": None,
        "subject": subject,
        "score": finding.score,
        "threshold": finding.threshold,
        "measured": finding.measured,
        "usual_low": low,
        "usual": usual,
        "usual_high": high,
        "unit": unit,
        "evidence": "city" if city != SHOP else "shop",
        "baseline_as_of": instant(as_of.replace(tzinfo=UTC)),
        "reason": f"{subject}: {count(finding.measured)} {when(day, finding.hour)}, usually {low:.0f} to {high:.0f}",
    }


def count(orders: float) -> str:
    """Return a number of orders in words."""
    return "1 order" if orders == 1 else f"{orders:,.0f} orders"


def when(day: datetime, hour: int | None) -> str:
    """Return an hour or day in words."""
    date = f"{day:%A %Y-%m-%d}"
    return f"on {date}" if hour is None else f"from {hour}:00 to {hour + 1}:00 UTC on {date}"


def instant(moment: datetime) -> str:
    """Return an instant as JSON has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
