"""The charts and tiles of the live page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from reports import formats
from reports.charts import Bar, Chart, columns
from reports.dashboard.catalogue import Day
from reports.dashboard.links import customers_of
from reports.dashboard.live import MINUTES, SPAN, Now, Slice, minute

SERIES = [("a", "minute"), ("cut", "minute not over yet")]


@dataclass(frozen=True)
class Tile:
    """One number, what it is, and what belongs to it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class ValueBar:
    """One value of a dimension: its bar from 0 to 1, what is written beside it, and where its customers are."""

    label: str
    share: float
    text: str
    address: str


def minute_charts(now: Now) -> list[Markup]:
    """Return orders per minute, and revenue per minute of each currency."""
    if not now.source or not now.source.newest_event_at:
        return []
    last = minute(now.source.newest_event_at)
    orders = {row.started_at: float(row.orders) for row in now.minutes if not row.currency}
    charts = [column_chart("Orders per minute", orders, last)]
    for currency in sorted({row.currency for row in now.minutes if row.currency}):
        revenue = {row.started_at: float(row.revenue or 0) for row in now.minutes if row.currency == currency}
        charts.append(column_chart(f"Revenue per minute, {currency}", revenue, last))
    return charts


def column_chart(title: str, values: Mapping[datetime, float], last: datetime) -> Markup:
    """Return the columns of the minutes up to the last, which may not be over; one without events is zero."""
    bars = []
    for back in range(MINUTES - 1, -1, -1):
        began = last - timedelta(minutes=back)
        value = values.get(began, 0.0)
        parts = [0.0, value] if began == last else [value, 0.0]
        bars.append(Bar(f"{began:%H:%M}", parts, tip=f"{began:%H:%M}: {formats.decimal(value, 0)}"))
    said = f"{MINUTES} minutes up to {last:%H:%M}; together {formats.decimal(sum(values.values()), 0)}"
    return columns(Chart(title, said, SERIES), bars)


def tiles(now: Now) -> list[Tile]:
    """Return the newest quarter of an hour in a few numbers."""
    whole = next((row for row in now.totals if not row.currency), None)
    if whole is None:
        return []
    money = [row for row in now.totals if row.currency and row.revenue is not None]
    return [
        Tile("Orders", formats.count(whole.orders)),
        *(revenue_tile(row) for row in money),
        Tile("Returns", formats.count(whole.returns), share_of(whole.returns, whole.orders, "of the orders")),
        Tile("Visits", formats.count(whole.visits), share_of(whole.orders, whole.visits, "orders to visits")),
        Tile("Active customers", formats.count(whole.customers)),
    ]


def revenue_tile(row: Slice) -> Tile:
    """Return what came in in one currency, and how much of it an order brings."""
    basket = f"{formats.amount((row.revenue or Decimal(0)) / row.orders)} an order" if row.orders else ""
    return Tile(f"Revenue, {row.currency}", formats.decimal(row.revenue, 0), basket)


def share_of(part: int, whole: int, what: str) -> str:
    """Return a share in words; empty where there is nothing to take it of."""
    return f"{formats.percent(Decimal(part) / whole)} {what}" if whole else ""


def slice_bars(now: Now, dimension: str) -> list[ValueBar]:
    """Return the bars of a dimension: visits where it is one of visits, orders otherwise."""
    counted = "visits" if dimension in ("channel", "device") else "orders"
    rows = [row for row in now.slices if not row.currency]
    most = max((getattr(row, counted) for row in rows), default=0) or 1
    source = now.source.source if now.source else ""
    return [
        ValueBar(
            row.value or "not known",
            getattr(row, counted) / most,
            slice_text(row, counted, now.slices),
            customers_of(dimension, row.value, source),
        )
        for row in sorted(rows, key=lambda row: (-getattr(row, counted), row.value))
    ]


def slice_text(row: Slice, counted: str, rows: Sequence[Slice]) -> str:
    """Return what is written beside a bar."""
    sums = [formats.whole_amount(one.revenue, one.currency) for one in rows
            if one.value == row.value and one.currency and one.revenue]  # fmt: skip
    return ", ".join([formats.plural(getattr(row, counted), counted.removesuffix("s")), *sums])


def slice_title(now: Now, dimension: str) -> str:
    """Return what the bars show: the quarter of an hour that holds the newest event."""
    began = now.slice_started_at
    return f"{began:%H:%M} to {began + timedelta(minutes=SPAN):%H:%M}, by {dimension}" if began else f"By {dimension}"


def day_chart(days: Sequence[Day]) -> Markup:
    """Return what a customer's orders came to on each of some days, the oldest first."""
    bars = [Bar(f"{day.happened_on:%d %b %y}", [float(day.gross_amount)]) for day in days]
    said = "; ".join(f"{bar.label}: {formats.decimal(bar.values[0])}" for bar in bars)
    title = f"Orders by day, {days[0].currency}" if days[0].currency else "Orders by day"
    return columns(Chart(title, said, [("a", "amount")]), bars)
