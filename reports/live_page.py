"""What happens now, as the report shows it: a sentence, alerts by day, the minutes of an hour, a quarter of an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from markupsafe import Markup

from reports.charts import Bar, Chart, columns, grouped_bars, usual_range
from reports.formats import NOTHING, amount, count, day, decimal, plural, short
from reports.live_figures import CHANNELS, DAYS, MINUTES, Alert, Live, Minute, Source, Window

NAMES = dict(CHANNELS)
COLOURS = {"size_up": "a", "size_down": "b", "speed": "amber", "rate_up": "good", "rate_down": "bad"}
SHOWN_VALUES = 10
NOTHING_YET = "Nothing is known of now yet; `make monitor` beside `make stream` watches the orders as they come."


@dataclass(frozen=True)
class Quarter:
    """What happened in 15 minutes, by the values of a dimension: its chart, and its rows with their revenue."""

    chart: Markup
    dimension: str
    rows: Sequence[tuple[Window, str]]
    others: Sequence[Window]


def sentence(live: Live) -> str:
    """Return how many alerts there were, by source, and of what."""
    return "; ".join(sentence_of(source, live) for source in live.sources) + "." if live.sources else NOTHING_YET


def sentence_of(source: Source, live: Live) -> str:
    """Return the clause on one source."""
    found = {
        channel: sum(row.alerts for row in live.days if (row.source, row.channel) == (source.source, channel))
        for channel in channels(live, source.source)
    }
    alerts = plural(sum(found.values()), "alert")
    start = f"{source.source} had {alerts} in the {DAYS} days up to {day(source.newest_on)}"
    parts = [f"{count(number)} {name(channel)}" for channel, number in sorted(found.items(), key=lambda item: -item[1])]
    return f"{start}: {', '.join(parts)}" if parts else start


def channels(live: Live, source: str) -> list[str]:
    """Return the channels that found something in a source, the known ones first."""
    have = {row.channel for row in live.days if row.source == source}
    return [channel for channel in NAMES if channel in have] + sorted(have - NAMES.keys())


def name(channel: str) -> str:
    """Return what a channel finds, in words."""
    return NAMES.get(channel, channel)


def alert_charts(live: Live) -> list[Markup]:
    """Return the alerts of each source that had some, by day and channel; a day without one is an empty column."""
    return [alert_chart(source, live) for source in live.sources if channels(live, source.source)]


def alert_chart(source: Source, live: Live) -> Markup:
    """Return the alerts of one source by day and channel."""
    alerts = {(row.alerted_on, row.channel): row.alerts for row in live.days if row.source == source.source}
    have = channels(live, source.source)
    days = [source.newest_on - timedelta(days=back) for back in reversed(range(DAYS))]
    bars = [Bar(f"{on.day} {on:%b}", [alerts.get((on, channel), 0) for channel in have]) for on in days]
    series = [(COLOURS.get(channel, "mild"), name(channel)) for channel in have]
    spoken = "; ".join(f"{bar.label}: {spoken_day(bar, series)}" for bar in bars)
    return columns(Chart(f"{source.source}: alerts by day", spoken, series), bars)


def spoken_day(bar: Bar, series: Sequence[tuple[str, str]]) -> str:
    """Return the alerts of a day in words."""
    parts = [f"{alerts:g} {finds}" for alerts, (_, finds) in zip(bar.values, series, strict=True) if alerts]
    return ", ".join(parts) or "none"


@dataclass(frozen=True)
class AlertRow:
    """An alert, what it measured, what is usual, the middle of that (empty where unknown), and their picture."""

    alert: Alert
    measured: str
    usual: str
    middle: str
    picture: Markup


def alert_rows(live: Live) -> list[AlertRow]:
    """Return the most surprising alerts."""
    return [alert_row(alert) for alert in live.alerts]


def alert_row(alert: Alert) -> AlertRow:
    """Return an alert with its values in words and as a picture."""
    measured, usual = value(alert.measured, alert.unit), usually(alert)
    middle = "" if alert.usual is None else f"middle {decimal(alert.usual)}"
    picture = usual_range(alert.measured, alert.band, "; ".join(filter(None, (measured, f"usually {usual}", middle))))
    return AlertRow(alert, measured, usual, middle, picture)


def usually(alert: Alert) -> str:
    """Return the usual values in words."""
    if alert.usual_low is None or alert.usual_high is None:
        return NOTHING
    return f"{decimal(alert.usual_low)} to {decimal(alert.usual_high)}"


def value(number: float, unit: str) -> str:
    """Return a value with its unit: a currency before it, any other unit behind; less than an hour is minutes."""
    if unit == "hours" and number < 1:
        return f"{decimal(number * 60, 0)} min" if number * 60 >= 1 else "under 1 min"
    return f"{unit} {decimal(number)}" if len(unit) == 3 and unit.isupper() else f"{decimal(number)} {unit}"


def minute_charts(live: Live) -> list[Markup]:
    """Return the orders a minute, and the revenue a minute in each currency, of each source's last hour with orders."""
    last = {source: max(row.started_at for row in rows) for source, rows in by_source(live.minutes).items()}
    return [
        minute_chart(source, currency, list(rows), last[source])
        for (source, currency), rows in groupby(live.minutes, key=lambda row: (row.source, row.currency))
    ]


def by_source(minutes: Sequence[Minute]) -> dict[str, list[Minute]]:
    """Return minutes by their source."""
    return {source: list(rows) for source, rows in groupby(minutes, key=lambda row: row.source)}


def minute_chart(source: str, currency: str, rows: Sequence[Minute], last: datetime) -> Markup:
    """Return the columns of one source and currency; a minute without an order is an empty one."""
    values = {row.started_at: float(row.revenue or 0) if currency else row.orders for row in rows}
    minutes = [last - timedelta(minutes=back) for back in reversed(range(MINUTES))]
    bars = [Bar(f"{minute:%H:%M}", [values.get(minute, 0)]) for minute in minutes]
    what = f"revenue a minute, {currency}" if currency else "orders a minute"
    spoken = "; ".join(f"{bar.label}: {short(bar.values[0])}" for bar in bars if bar.values[0])
    title = f"{source}: {what}, the hour up to {last + timedelta(minutes=1):%H:%M} on {day(last)}"
    return columns(Chart(title, spoken, [("a", what)]), bars)


def quarters(live: Live) -> list[Quarter]:
    """Return the last 15 minutes of each source by each dimension; of many values only the first are shown."""
    return [
        quarter(source, dimension, list(rows))
        for (source, dimension), rows in groupby(live.windows, key=lambda row: (row.source, row.dimension))
    ]


def quarter(source: str, dimension: str, windows: Sequence[Window]) -> Quarter:
    """Return one dimension of one source; its revenue stands in the rows that have a currency."""
    rows = [row for row in windows if not row.currency]
    shown = [(row, revenue(row, windows)) for row in rows[:SHOWN_VALUES]]
    bars = [Bar(row.value or "unknown", [row.orders], [count(row.orders)]) for row, _ in shown]
    started = windows[0].started_at
    title = f"{source}: orders by {dimension}, 15 minutes from {started:%H:%M} on {day(started)}"
    chart = Chart(title, "; ".join(f"{bar.label}: {bar.texts[0]}" for bar in bars), [("a", "orders")])
    return Quarter(grouped_bars(chart, bars), dimension, shown, rows[SHOWN_VALUES:])


def revenue(of: Window, windows: Sequence[Window]) -> str:
    """Return what a value's orders come to, in each currency."""
    sums = [row for row in windows if row.currency and row.value == of.value]
    return "; ".join(amount(row.revenue, row.currency) for row in sums) or NOTHING
