"""The live page: its parts by name, so that a look changes those alone that are not as they were."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from reports import formats
from reports.dashboard import links, parts
from reports.dashboard.catalogue import DIMENSIONS, PIPELINE, Day
from reports.dashboard.live import MINUTES, SPAN, Now, Slice, minute
from reports.dashboard.parts import Bar, Content

BARS = 12
SECONDS_UNTIL_STALE = 15
SHOWN = (
    *("job", "topic", "lag_events", "lag_seconds", "rows_per_second", "late_events", "newest_event_at"),
    *("last_success_at", "state_rows", "state_bytes"),
)
# One style for light and dark: this blue is seen on both, and the style sheet gives text and lines the page's colours.
BLUE = "#4a8ac4"
LAYOUT: dict[str, Any] = {
    "height": 260, "margin": {"l": 44, "r": 8, "t": 50, "b": 26}, "bargap": 0.25, "showlegend": False,
    "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "hovermode": "x", "separators": ".,",
    "font": {"family": "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif", "size": 12},
    "yaxis": {"rangemode": "tozero", "fixedrange": True, "nticks": 6, "tickformat": ",~s"},
    "xaxis": {"autorange": True, "showgrid": False, "nticks": 6, "tickformat": "%H:%M", "tickangle": 0},
}  # fmt: skip


def sections(now: Now, source: str, dimension: str) -> dict[str, Content]:
    """Return the parts of the page by their names. A page that has begun with the newest source stays with it."""
    source = now.source.source if now.source else source
    return {
        "state": [*state(now, source)],
        "numbers": parts.facts(numbers(now)) if now.totals else None,
        "minutes": minutes(charts(now)),
        "slices": slices(now, source, dimension),
        "newest-alerts": newest_alerts(now, source),
        "pipeline": pipeline(now),
    }


def state(now: Now, source: str) -> list[Component]:
    """Return what is wrong, and how new everything is."""
    said = [html.P(parts.marked(text), className="problem") for text in [staleness(now)] if text]
    for text, jobs in problems(now):
        said.append(html.P([html.B(", ".join(jobs)), ": ", *parts.marked(text)], className="problem"))
    words: list[Content] = ["No windows yet."]
    if now.source and now.source.newest_event_at:
        words = [html.B(source), ", newest event at ", html.B(formats.instant(now.source.newest_event_at))]
    elif source and now.sources:
        words = [f"No window of a source called {source}; choose another."]
    if now.health:
        words.append(f" · counted {formats.duration(reported(now))} ago")
    return [*said, html.P(words, className="stamp")]


def reported(now: Now) -> float:
    """Return the seconds since the monitor's newest report."""
    return (now.clock - max(row.looked_at for row in now.health)).total_seconds()


def staleness(now: Now) -> str:
    """Return what is to be said where nothing new comes in; empty where it does."""
    if now.missing:
        return f"{', '.join(now.missing)}: not there yet. `make up` makes what is missing."
    if not now.health:
        return "No monitor has run yet: `make monitor` starts it."
    seconds = reported(now)
    if seconds < SECONDS_UNTIL_STALE:
        return ""
    return (
        f"The monitor has not reported for {formats.duration(seconds)}: what you see is as it was then. "
        "`make status` says what runs, `make monitor` starts it."
    )


def problems(now: Now) -> list[tuple[str, list[str]]]:
    """Return what is wrong in the pipeline, each once, with the jobs that say so."""
    jobs: dict[str, list[str]] = {}
    for row in now.health:
        if row.problem:
            jobs.setdefault(row.problem, []).append(f"{row.job} ({row.topic})" if row.topic else row.job)
    return list(jobs.items())


def numbers(now: Now) -> list[tuple[str, str, str]]:
    """Return the newest quarter of an hour in a few numbers."""
    whole = next((row for row in now.totals if not row.currency), None)
    if whole is None:
        return []
    money = [row for row in now.totals if row.currency and row.revenue is not None]
    return [
        ("Orders", formats.count(whole.orders), f"{now.slice_started_at:%H:%M} to {slice_end(now):%H:%M}"),
        *((f"Revenue, {row.currency}", formats.decimal(row.revenue, 0), basket(row)) for row in money),
        ("Returns", formats.count(whole.returns), share_of(whole.returns, whole.orders, "of the orders")),
        ("Visits", formats.count(whole.visits), share_of(whole.orders, whole.visits, "orders to visits")),
        ("Active customers", formats.count(whole.customers), ""),
    ]


def slice_end(now: Now) -> datetime:
    """Return the end of the newest quarter of an hour."""
    assert now.slice_started_at is not None
    return now.slice_started_at + timedelta(minutes=SPAN)


def basket(row: Slice) -> str:
    """Return how much an order brings in one currency."""
    return f"{formats.amount((row.revenue or Decimal(0)) / row.orders)} an order" if row.orders else ""


def share_of(part: int, whole: int, what: str) -> str:
    """Return a share in words; empty where there is nothing to take it of."""
    return f"{formats.percent(Decimal(part) / whole)} {what}" if whole else ""


def charts(now: Now) -> dict[str, Mapping[str, Any]]:
    """Return plotly's figures by their names: orders per minute, and revenue per minute of each currency."""
    if not now.source or not now.source.newest_event_at:
        return {}
    last = minute(now.source.newest_event_at)
    counts = {row.started_at: float(row.orders) for row in now.minutes if not row.currency}
    drawn: dict[str, Mapping[str, Any]] = {"Orders per minute": minute_figure("Orders per minute", counts, last)}
    for currency in sorted({row.currency for row in now.minutes if row.currency}):
        title = f"Revenue per minute, {currency}"
        revenue = {row.started_at: float(row.revenue or 0) for row in now.minutes if row.currency == currency}
        drawn[title] = minute_figure(title, revenue, last)
    return drawn


def minute_figure(title: str, values: Mapping[datetime, float], last: datetime) -> dict[str, Any]:
    """Return the columns of the minutes up to the last, which may not be over; one without events is zero."""
    began = [last - timedelta(minutes=back) for back in range(MINUTES - 1, -1, -1)]
    heights = [values.get(one, 0.0) for one in began]
    trace = {
        "type": "bar", "x": [f"{one:%Y-%m-%d %H:%M}" for one in began], "y": heights,
        "marker": {"color": BLUE, "opacity": [1.0] * (MINUTES - 1) + [0.45]},
        "hovertemplate": "%{x|%H:%M}: %{y:,.0f}<extra></extra>",
    }  # fmt: skip
    note = f"{MINUTES} minutes up to {last:%H:%M}; together {formats.decimal(sum(heights), 0)}"
    return {"data": [trace], "layout": {**LAYOUT, "title": heading(title, note)}}


def heading(title: str, note: str) -> dict[str, Any]:
    """Return the title of a figure, and in words what it comes to."""
    return {
        "text": f"<b>{escape(title)}</b>", "x": 0, "xref": "container", "xanchor": "left", "y": 0.97, "yanchor": "top",
        "font": {"size": 14}, "subtitle": {"text": escape(note), "font": {"size": 12}},
    }  # fmt: skip


def chart(name: str, figure: Mapping[str, Any]) -> Component:
    """Return a figure on the page, whose own name stays while its numbers change."""
    graph = dcc.Graph({"chart": name}, figure=dict(figure), config={"displayModeBar": False}, className="plot")
    return html.Figure(graph, **{"aria-label": name})


def minutes(figures: Mapping[str, Mapping[str, Any]]) -> list[Component]:
    """Return the part of the page with figures, or what would bring some."""
    words = "No orders have been counted yet: `make monitor` counts them, `make simulate RATE=100` makes some."
    return [chart(name, figure) for name, figure in figures.items()] or [parts.empty(words)]


def day_chart(days: Sequence[Day]) -> Component:
    """Return what a customer's orders came to on each of some days, the oldest first."""
    labels = [f"{day.happened_on:%d %b %y}" for day in days]
    heights = [float(day.gross_amount) for day in days]
    trace = {
        "type": "bar", "x": labels, "y": heights, "marker": {"color": BLUE}, "width": min(0.6, 0.12 * len(days)),
        "hovertemplate": "%{x}: %{y:,.2f}<extra></extra>",
    }  # fmt: skip
    axis = {**LAYOUT["xaxis"], "type": "category", "tickformat": None, "fixedrange": True}
    title = f"Orders by day, {days[0].currency}" if days[0].currency else "Orders by day"
    note = f"{formats.plural(len(days), 'day')} with orders; together {formats.decimal(sum(heights))}"
    return chart(title, {"data": [trace], "layout": {**LAYOUT, "xaxis": axis, "title": heading(title, note)}})


def slices(now: Now, source: str, dimension: str) -> list[Component]:
    """Return the quarter of an hour that holds the newest event, by one dimension."""
    began = now.slice_started_at
    title = f"{began:%H:%M} to {slice_end(now):%H:%M}, by {dimension}" if began else f"By {dimension}"
    tabs = [
        dcc.Link(text, href=links.link("/", source=source, by=name if name != "city" else ""),
                 className="here" if name == dimension else "")
        for name, text in DIMENSIONS[1:]
    ]  # fmt: skip
    bars = slice_bars(now, dimension)
    drawn = parts.bars(bars[:BARS]) if bars else parts.empty(f"No window by {dimension} yet.")
    more = f"All {len(bars)} values and all windows" if len(bars) > BARS else "All windows"
    address = links.link("/windows", source=source, minutes="15", dimension=dimension)
    file = links.link("/windows.csv", source=source, minutes="15", dimension=dimension)
    rest = html.P([dcc.Link(more, href=address), " · ", parts.csv_link(file)], className="more")
    return [html.H2(title), html.Nav(tabs, className="tabs", **{"aria-label": "Windows by"}), drawn, rest]


def slice_bars(now: Now, dimension: str) -> list[Bar]:
    """Return the bars of a dimension: visits where it is one of visits, orders otherwise."""
    counted = "visits" if dimension in ("channel", "device") else "orders"
    rows = sorted((row for row in now.slices if not row.currency), key=lambda row: (-getattr(row, counted), row.value))
    most = max((getattr(row, counted) for row in rows), default=0) or 1
    source = now.source.source if now.source else ""
    return [
        Bar(
            row.value or "not known",
            slice_text(row, counted, now.slices),
            getattr(row, counted) / most,
            address=links.customers_of(dimension, row.value, source),
        )
        for row in rows
    ]


def slice_text(row: Slice, counted: str, rows: Sequence[Slice]) -> str:
    """Return what is written beside a bar."""
    sums = [formats.whole_amount(one.revenue, one.currency) for one in rows
            if one.value == row.value and one.currency and one.revenue]  # fmt: skip
    return ", ".join([formats.plural(getattr(row, counted), counted.removesuffix("s")), *sums])


def newest_alerts(now: Now, source: str) -> list[Component]:
    """Return the newest alerts of a source."""
    words = f"No alerts{f' of {source}' if source else ''}: nothing has been odd enough yet."
    drawn = parts.alert_table(now.alerts) if now.alerts else parts.empty(words)
    everything = dcc.Link("All alerts", href=links.link("/alerts", source=source))
    file = parts.csv_link(links.link("/alerts.csv", source=source))
    return [html.H2("Alerts"), drawn, html.P([everything, " · ", file], className="more")]


def pipeline(now: Now) -> list[Component]:
    """Return how the jobs do: what waits, how fast they are, how new."""
    words = "Nothing has been reported yet: `make monitor` does."
    drawn = parts.table(SHOWN, now.health) if now.health else parts.empty(words)
    return [html.H2("Pipeline"), drawn, html.P(parts.csv_link(f"/{PIPELINE.name}.csv"), className="more")]
