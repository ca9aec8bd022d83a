"""Values as they stand on the pages."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from reports import formats
from reports.dashboard.catalogue import Alert
from reports.live_page import value as value_with_unit

HEADINGS = {
    "customer_id": "Customer",
    "rule_segment": "Segment by membership, age, city",
    "rfm_segment": "Segment by buying",
    "model_segment": "Segment by the model",
    "membership_type": "Membership",
    "satisfaction_level": "Satisfaction",
    "lag_events": "Waiting",
    "lag_seconds": "Longest wait, s",
    "rows_per_second": "A second",
    "late_events": "Too late",
    "newest_event_at": "Newest event",
    "last_success_at": "Last batch",
    "state_bytes": "State",
}
# Columns that are names although they may be numbers.
NAMES = ("customer_id", "order_id", "event_id", "alert_id")
RISK_IN_TABLES = {"both": "rule and model", "rule": "rule", "model": "model", "none": formats.NOTHING}
PLACES = {"lag_seconds": 1, "rows_per_second": 0}
MEGABYTE = 1 << 20


def heading(name: str) -> str:
    """Return the heading of a column."""
    return HEADINGS.get(name) or formats.words(name)


def cell(name: str, value: object) -> str:
    """Return a value of a column as it stands on a page."""
    if value is None or value == "":
        return formats.NOTHING
    if name == "risk":
        return RISK_IN_TABLES[str(value)]
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return formats.instant(value)
        case date():
            return formats.day(value)
        case Decimal() if name.endswith("probability"):
            return formats.percent(value, 1)
        case int() if name == "state_bytes":
            return f"{formats.decimal(value / MEGABYTE, 1)} MB" if value else formats.NOTHING
        case int() if name not in NAMES:
            return formats.count(value)
        case float() | Decimal():
            return formats.decimal(value, PLACES.get(name, 2))
    return formats.words(str(value)) if name.endswith("segment") else str(value)


def is_number(name: str, rows: Sequence[object]) -> bool:
    """Return whether a column has numbers, which stand on the right."""
    values = [value for row in rows if (value := getattr(row, name)) is not None]
    return any(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values)


def usual(alert: Alert) -> str:
    """Return what is usual where an alert is not, in its unit."""
    if alert.usual is None:
        return "nothing is known"
    text = value_with_unit(alert.usual, alert.unit)
    if alert.usual_low is None or alert.usual_high is None:
        return text
    return f"{text} ({plain(alert.usual_low)} to {plain(alert.usual_high)})"


def plain(value: float) -> str:
    """Return a number with two decimals at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")
