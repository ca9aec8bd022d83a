"""The pages as HTML, from what the queries gave."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from reports import formats
from reports.charts import usual_range
from reports.dashboard import catalogue, links
from reports.dashboard.catalogue import Alert
from reports.dashboard.customers import Portrait, Share
from reports.dashboard.live import Now
from reports.dashboard.live_charts import day_chart, minute_charts, slice_bars, slice_title, tiles
from reports.dashboard.tables import PAGE, Question
from reports.live_figures import CHANNELS
from reports.live_page import value as value_with_unit
from reports.page import environment

TEMPLATES = Path(__file__).parent / "templates"
# The columns that a page has room for; a file has all of them.
SHOWN = {
    "customers": (
        *("customer_id", "risk", "value_at_stake", "churn_probability", "days_since_last_purchase", "orders"),
        *(
            "total_spend",
            "currency",
            "rfm_segment",
            "model_segment",
            "city",
            "membership_type",
            "satisfaction_level",
            "source",
        ),
    ),
    "days": (
        *("happened_on", "orders", "items", "gross_amount", "returns", "returned_amount", "currency"),
        "last_rating",
    ),
    "windows": (
        *("started_at", "minutes", "dimension", "value", "currency", "orders", "items", "revenue", "returns"),
        *("visits", "customers", "source"),
    ),
}
HEADINGS = {
    "customer_id": "Customer",
    "rule_segment": "Segment by membership, age, city",
    "rfm_segment": "Segment by buying",
    "model_segment": "Segment by the model",
    "membership_type": "Membership",
    "satisfaction_level": "Satisfaction",
}
# Columns that are names although they may be numbers.
NAMES = ("customer_id", "order_id", "event_id", "alert_id")
FACETS_DRAWN = ("risk", "rfm", "model", "rule", "city", "membership", "satisfaction")
BARS = 8
RISK_IN_TABLES = {"both": "rule and model", "rule": "rule", "model": "model", "none": formats.NOTHING}
SECONDS_UNTIL_STALE = 15


def pages() -> Environment:
    """Return what the pages are rendered with."""
    made = environment(TEMPLATES)
    made.globals.update(
        instant=formats.instant, moment=formats.moment,
        duration=formats.duration, amount=formats.amount, cell=cell, is_number=is_number,
        link=links.link, asked=links.asked, download=links.download, sorted_by=links.sorted_by,
        subject_of=links.subject_of, usual=usual, picture=picture,
        value_with_unit=value_with_unit,
        marked=marked, plural=formats.plural, heading=heading, nothing=formats.NOTHING,
        channels=dict(CHANNELS), risks=dict(catalogue.RISKS),
    )  # fmt: skip
    return made


def live(template: str, now: Now, source: str, dimension: str) -> str:
    """Return the live page, or with another template what it fetches.

    A page that has begun with the newest source stays with it.
    """
    source = now.source.source if now.source else source
    return (
        PAGES.get_template(template)
        .render(
            now=now, source=source, dimension=dimension, dimensions=catalogue.DIMENSIONS[1:],
            fetch=links.link("/live", source=source, by=dimension),
            charts=minute_charts(now), tiles=tiles(now), bars=slice_bars(now, dimension),
            title=slice_title(now, dimension), stale=staleness(now), problems=problems(now),
        )
    )  # fmt: skip


def staleness(now: Now) -> str:
    """Return what is to be said where nothing new comes in; empty where it does."""
    if now.missing:
        return f"{', '.join(now.missing)}: not there yet. `make up` makes what is missing."
    if not now.health:
        return "No monitor has run yet: `make monitor` starts it."
    seconds = (now.clock - max(row.looked_at for row in now.health)).total_seconds()
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


def table(question: Question, rows: Sequence[object], total: int, options: Mapping[str, Sequence[str]]) -> str:
    """Return the page of a table."""
    return PAGES.get_template("table.html.j2").render(**listed(question, rows, total, options))


def customers(question: Question, rows: Sequence[object], total: int, facets: Mapping[str, Sequence[Share]]) -> str:
    """Return the page of customers: their counts by attribute, and themselves."""
    options = {name: [one.value for one in shares] for name, shares in facets.items() if name != "risk"}
    drawn = [(name, facets[name]) for name in FACETS_DRAWN if facets.get(name)]
    return PAGES.get_template("customers.html.j2").render(
        **listed(question, rows, total, options), facets=drawn, bars=BARS
    )


def listed(
    question: Question, rows: Sequence[object], total: int, options: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    """Return what every page with a table is rendered from."""
    columns = SHOWN.get(question.table.name, question.table.columns)
    return {
        "question": question, "rows": rows[:PAGE], "total": total, "options": options, "columns": columns,
        "more": len(rows) > PAGE,
    }  # fmt: skip


def customer(source: str, customer_id: str, portrait: Portrait | None, alerts: Sequence[Alert]) -> str:
    """Return the page of one customer."""
    days = portrait.days if portrait else []
    amounts = [day for day in reversed(days) if day.gross_amount]
    return PAGES.get_template("customer.html.j2").render(
        source=source, customer_id=customer_id, portrait=portrait, alerts=alerts, columns=SHOWN["days"],
        chart=day_chart(amounts) if len(amounts) > 1 else "",
    )  # fmt: skip


def message(title: str, text: str, *, again: bool = False) -> str:
    """Return a page that says one thing, and asks `again` by itself."""
    return PAGES.get_template("message.html.j2").render(title=title, text=text, again=again)


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
        case int() if name not in NAMES:
            return formats.count(value)
        case float() | Decimal():
            return formats.decimal(value)
    return formats.words(str(value)) if name.endswith("segment") else str(value)


def marked(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    parts = re.split("`([^`]+)`", text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if place % 2 else part
                           for place, part in enumerate(parts))  # fmt: skip


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


def picture(alert: Alert) -> Markup:
    """Return what was measured beside what is usual, drawn."""
    measured = f"{value_with_unit(alert.measured, alert.unit)}; usually {usual(alert)}"
    return usual_range(alert.measured, (alert.usual_low, alert.usual, alert.usual_high), measured)


def plain(value: float) -> str:
    """Return a number with two decimals at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


PAGES = pages()
