"""The report as one HTML file: everything it needs is inside it, and the same figures give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from common.thresholds import AT_RISK_DAYS
from reports import formats, live_page
from reports.answers import answers, ranked_factors, segmentations, spend_share
from reports.charts import Bar, Chart, columns, grouped_bars, stacked_bars
from reports.figures import LAST_SPAN, Driver, Figures, Month, Profile, Recency
from reports.limits import limits
from reports.quality import scorecards

TEMPLATES = Path(__file__).parent / "templates"
# So many factors of satisfaction are drawn; all of them stand in the table.
DRAWN_FACTORS = 4
SHOWN_SEGMENTS = 10
WRITERS = ("instant", "amount", "count", "day", "decimal", "last_day", "moment", "percent", "keep_together", "words")
SEGMENTATION_NAMES = {
    "rule": "by membership, age and city",
    "rfm": "by recency, frequency and spend",
    "model": "by similar buying (k-means)",
    "city": "by city",
}


def environment(templates: Path = TEMPLATES) -> Environment:
    """Return what pages are rendered with: every value is escaped, and one that is missing is an error."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update({name: getattr(formats, name) for name in WRITERS})
    return environment


def render(figures: Figures) -> str:
    """Return the page."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            figures=figures,
            answers={answer.key: answer for answer in answers(figures)},
            segment_groups=segment_groups(figures),
            risk_charts=risk_charts(figures),
            satisfaction_charts=satisfaction_charts(figures),
            drivers=ranked_drivers(figures.drivers),
            month_charts=month_charts(figures),
            scorecards=scorecards(figures.metrics),
            limits=limits(figures),
            live_sentence=live_page.sentence(figures.live),
            alert_charts=live_page.alert_charts(figures.live),
            channel=live_page.name,
            alerts=live_page.alert_rows(figures.live),
            minute_charts=live_page.minute_charts(figures.live),
            quarters=live_page.quarters(figures.live),
            at_risk_days=AT_RISK_DAYS,
        )
    )


@dataclass(frozen=True)
class Segmentation:
    """One way to divide the customers of one source: its chart, and its rows with the share of spend of each."""

    title: str
    chart: Markup
    rows: Sequence[tuple[Profile, Decimal | None]]
    others: Sequence[Profile]


def segment_groups(figures: Figures) -> list[Segmentation]:
    """Return every segmentation of every source; of many small segments only the first are shown."""
    groups = []
    for (source, segmentation), profiles in segmentations(figures.profiles).items():
        shown = profiles[:SHOWN_SEGMENTS]
        bars = [segment_bar(row, profiles) for row in shown]
        with_spend = any(row.spend for row in profiles)
        chart = Chart(
            title=f"{source}: {SEGMENTATION_NAMES.get(segmentation, 'by ' + segmentation.replace('_', ' '))}",
            description="; ".join(f"{bar.label}: {' of customers, '.join(bar.texts)}" for bar in bars),
            series=[("a", "share of customers"), ("b", "share of spend")][: 2 if with_spend else 1],
        )
        rows = [(row, spend_share(row, profiles)) for row in shown]
        groups.append(Segmentation(chart.title, grouped_bars(chart, bars), rows, profiles[SHOWN_SEGMENTS:]))
    return groups


def segment_bar(profile: Profile, profiles: Sequence[Profile]) -> Bar:
    """Return the bars of one segment."""
    shares = [profile.customer_share, spend_share(profile, profiles)]
    known = [share for share in shares if share is not None]
    return Bar(
        formats.words(profile.segment_name),
        [float(share) for share in known],
        [formats.percent(share) for share in known],
    )


def risk_charts(figures: Figures) -> list[Markup]:
    """Return, for each source, its customers by the days since their last purchase, and who finds them at risk."""
    charts = []
    for source, rows in groupby(figures.recency, key=lambda row: row.source):
        spans = {row.span: row for row in rows}
        bars = [recency_bar(span, spans.get(span)) for span in range(max(spans) + 1)]
        series = [("bad", "rule and model"), ("warm", "rule alone"), ("amber", "model alone"), ("mild", "not at risk")]
        drawn = [place for place in range(4) if any(bar.values[place] for bar in bars)]
        chart = Chart(
            title=f"{source}: customers by days since the last purchase",
            description="; ".join(
                f"{bar.label} days: " + ", ".join(f"{bar.values[place]} {series[place][1]}" for place in drawn)
                for bar in bars
            ),
            series=[series[place] for place in drawn],
        )
        charts.append(columns(chart, [Bar(bar.label, [bar.values[place] for place in drawn]) for bar in bars]))
    return charts


def recency_bar(span: int, row: Recency | None) -> Bar:
    """Return the column of one span of days."""
    first, last = span * AT_RISK_DAYS + 1 if span else 0, (span + 1) * AT_RISK_DAYS
    label = f"over {LAST_SPAN * AT_RISK_DAYS}" if span == LAST_SPAN else f"{first}–{last}"
    return Bar(label, [row.both, row.rule_alone, row.model_alone, row.neither] if row else [0, 0, 0, 0])


def satisfaction_charts(figures: Figures) -> list[Markup]:
    """Return the satisfaction of each source's customers by the factors that it goes with most."""
    charts = []
    for source, factor in ranked_factors(figures.drivers)[:DRAWN_FACTORS]:
        rows = [row for row in figures.drivers if (row.source, row.factor) == (source, factor)]
        bars = [driver_bar(row) for row in rows]
        chart = Chart(
            title=f"{source}: satisfaction by {formats.words(factor).lower()}",
            description="; ".join(f"{bar.label}: {bar.texts[0]} satisfied, {bar.texts[2]} unsatisfied" for bar in bars),
            series=[("good", "satisfied"), ("mild", "neutral"), ("bad", "unsatisfied")],
        )
        charts.append(stacked_bars(chart, bars))
    return charts


def driver_bar(row: Driver) -> Bar:
    """Return the bar of one value of one factor."""
    shares = [row.satisfied_share, row.neutral_share, row.unsatisfied_share]
    return Bar(
        row.factor_value,
        [float(share) for share in shares],
        [*(formats.percent(share) for share in shares), f"n = {formats.count(row.customers_known)}"],
    )


def ranked_drivers(drivers: Sequence[Driver]) -> list[Driver]:
    """Return the drivers, those of the factor that splits satisfaction most first."""
    place = {key: index for index, key in enumerate(ranked_factors(drivers))}
    return sorted(drivers, key=lambda row: place[row.source, row.factor])


def month_charts(figures: Figures) -> list[Markup]:
    """Return the monthly revenue of each source and currency; a month that the clock cuts short is drawn lighter."""
    charts = []
    for (source, currency), rows in groupby(figures.months, key=lambda row: (row.source, row.currency)):
        months = list(rows)
        bars = [month_bar(month, figures) for month in months]
        series = [("a", "whole month"), ("cut", "month not over yet")]
        chart = Chart(
            title=f"{source}: gross revenue by month, {currency or 'currency not stated'}",
            description="; ".join(f"{bar.label}: {formats.short(sum(bar.values))}" for bar in bars),
            series=series if any(bar.values[1] for bar in bars) else series[:1],
        )
        charts.append(columns(chart, bars if len(chart.series) == 2 else [Bar(b.label, b.values[:1]) for b in bars]))
    return charts


def month_bar(month: Month, figures: Figures) -> Bar:
    """Return the column of one month."""
    revenue = float(max(month.gross_revenue, Decimal(0)))
    days = [clock.as_of_day for clock in figures.clocks if clock.source == month.source]
    cut = month.month_on in [day.replace(day=1) for day in days]
    return Bar(f"{month.month_on:%b %y}", [0, revenue] if cut else [revenue, 0])
