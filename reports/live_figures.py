"""What the report says of what happens now: rows of schema `live`, which the monitor writes.

The days and windows of a source are its last ones by its own events, whatever day it is today. Times are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

# Alerts of so many days are told, and minutes of one hour.
DAYS, MINUTES = 7, 60
# What the channels of the monitor find, as a person reads it.
CHANNELS = (
    ("size_up", "much larger than usual"),
    ("size_down", "much smaller than usual"),
    ("speed", "much sooner than usual"),
    ("rate_up", "more orders than usual"),
    ("rate_down", "fewer orders than usual"),
)


@dataclass(frozen=True)
class AlertDay:
    """The alerts of one source, channel and day."""

    source: str
    channel: str
    alerted_on: date
    alerts: int


@dataclass(frozen=True)
class Alert:
    """One alert: what was measured, what is usual, in the same unit, and the finding in words."""

    source: str
    channel: str
    occurred_at: datetime
    subject: str
    order_id: str | None
    score: float
    measured: float
    usual_low: float | None
    usual: float | None
    usual_high: float | None
    unit: str
    reason: str

    @property
    def band(self) -> tuple[float | None, float | None, float | None]:
        """Return what is usual: low, middle, high."""
        return self.usual_low, self.usual, self.usual_high


@dataclass(frozen=True)
class Minute:
    """Orders of one source in one minute, and their revenue; an empty currency counts all orders, without revenue."""

    source: str
    currency: str
    started_at: datetime
    orders: int
    revenue: Decimal | None


@dataclass(frozen=True)
class Window:
    """What happened in 15 minutes where a dimension has a value; an empty currency as in a minute."""

    source: str
    dimension: str
    value: str
    currency: str
    started_at: datetime
    orders: int
    returns: int
    customers: int
    revenue: Decimal | None


@dataclass(frozen=True)
class Source:
    """A source that the monitor has seen, and the day of its newest event."""

    source: str
    newest_on: date


@dataclass(frozen=True)
class Live:
    """Everything that the report says of now."""

    sources: Sequence[Source] = ()
    days: Sequence[AlertDay] = ()
    alerts: Sequence[Alert] = ()
    minutes: Sequence[Minute] = ()
    windows: Sequence[Window] = ()

    @property
    def is_known(self) -> bool:
        """Say whether the monitor has written anything."""
        return bool(self.sources)


NOTHING_LIVE = Live()
