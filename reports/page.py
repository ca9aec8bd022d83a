"""The report as one HTML file: everything it needs is inside it, and the same evidence gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import formats
from reports.answers import answers, ranked_attributes, segmentations, spend_share
from reports.charts import Bar, Chart, columns, grouped_bars, stacked_bars
from reports.evidence import Driver, Evidence, Month, Profile
from reports.limits import limits
from reports.quality import scorecards

TEMPLATES = Path(__file__).parent / "templates"
# So many attributes of satisfaction are drawn; all of them stand in the table.
DRAWN_ATTRIBUTES = 4
SHOWN_SEGMENTS = 10
SEGMENTATION_NAMES = {
    "rule": "by membership, age and city",
    "rfm": "by recency, frequency and spend",
    "model": "by similar buying (k-means)",
}


def render(evidence: Evidence) -> str:
    """Return the page."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {name: getattr(formats, name) for name in ("amount", "count", "day", "decimal", "last_day", "percent", "words")}
    )
    return environment.get_template("report.html.j2").render(
        evidence=evidence,
        answers={answer.key: answer for answer in answers(evidence)},
        segment_groups=segment_groups(evidence),
        risk_charts=risk_charts(evidence),
        satisfaction_charts=satisfaction_charts(evidence),
        drivers=ranked_drivers(evidence.drivers),
        month_charts=month_charts(evidence),
        scorecards=scorecards(evidence.metrics),
        limits=limits(evidence),
    )


@dataclass(frozen=True)
class Segmentation:
    """One way to divide the customers of one source: its chart, and its rows with the share of spend of each."""

    title: str
    chart: Markup
    rows: Sequence[tuple[Profile, Decimal | None]]
    others: Sequence[Profile]


def segment_groups(evidence: Evidence) -> list[Segmentation]:
    """Return every segmentation of every source; of many small segments only the first are shown."""
    groups = []
    for (source, segmentation), profiles in segmentations(evidence.profiles).items():
        shown = profiles[:SHOWN_SEGMENTS]
        bars = [segment_bar(row, profiles) for row in shown]
        with_spend = any(row.spend for row in profiles)
        chart = Chart(
            title=f"{source}: {SEGMENTATION_NAMES[segmentation]}",
            description="; ".join(f"{bar.label}: {' of customers, '.join(bar.texts)}" for bar in bars),
            series=[("a", "share of customers"), ("b", "share of spend")][: 2 if with_spend else 1],
        )
        rows = [(row, spend_share(row, profiles)) for row in shown]
        groups.append(Segmentation(chart.title, grouped_bars(chart, bars), rows, profiles[SHOWN_SEGMENTS:]))
    return groups


def segment_bar(profile: Profile, profiles: Sequence[Profile]) -> Bar:
    """Return the bars of one segment."""
    shares = [profile.share, spend_share(profile, profiles)]
    known = [share for share in shares if share is not None]
    return Bar(
        formats.words(profile.segment_name),
        [float(share) for share in known],
        [formats.percent(share) for share in known],
    )


def risk_charts(evidence: Evidence) -> list[Markup]:
    """Return, for each scored source, its customers by the model's probability, with those that the rule finds."""
    charts = []
    for source, rows in groupby(evidence.bands, key=lambda band: band.source):
        bands = {band.tenth: band for band in rows}
        bars = []
        for tenth in range(10):
            band = bands.get(tenth)
            at_risk, others = (band.at_risk, band.customers - band.at_risk) if band else (0, 0)
            bars.append(Bar(f"{tenth * 10}–{tenth * 10 + 10} %", [at_risk, others]))
        chart = Chart(
            title=f"Customers of {source} by modelled probability of leaving",
            description="; ".join(f"{bar.label}: {bar.values[0]} at risk by rule, {bar.values[1]} not" for bar in bars),
            series=[("bad", "at risk by the rule"), ("mild", "not at risk by the rule")],
        )
        charts.append(columns(chart, bars))
    if charts or not evidence.risks:
        return charts
    return [risk_by_source(evidence)]


def risk_by_source(evidence: Evidence) -> Markup:
    """Return the share at risk of each source, where there are no scores to draw."""
    bars = []
    for population in evidence.populations:
        found = sum(risk.customers for risk in evidence.risks if risk.source == population.source)
        share = found / population.customers
        bars.append(Bar(population.source, [share, 1 - share], [formats.percent(share), ""]))
    description = "; ".join(f"{bar.label}: {bar.texts[0]} at risk" for bar in bars)
    series = [("bad", "at risk by the rule"), ("mild", "not at risk by the rule")]
    return stacked_bars(Chart("Customers at risk by source", description, series), bars)


def satisfaction_charts(evidence: Evidence) -> list[Markup]:
    """Return the satisfaction of each source's customers by the attributes that it goes with most."""
    charts = []
    for source, attribute in ranked_attributes(evidence.drivers)[:DRAWN_ATTRIBUTES]:
        rows = [row for row in evidence.drivers if (row.source, row.attribute) == (source, attribute)]
        bars = [driver_bar(row) for row in rows]
        chart = Chart(
            title=f"{formats.words(attribute)}, {source}",
            description="; ".join(f"{bar.label}: {bar.texts[0]} satisfied, {bar.texts[2]} unsatisfied" for bar in bars),
            series=[("good", "satisfied"), ("mild", "neutral"), ("bad", "unsatisfied")],
        )
        charts.append(stacked_bars(chart, bars))
    return charts


def driver_bar(row: Driver) -> Bar:
    """Return the bar of one value of one attribute."""
    shares = [row.satisfied_share, row.neutral_share, row.unsatisfied_share]
    return Bar(
        row.value,
        [float(share) for share in shares],
        [*(formats.percent(share) for share in shares), f"n = {formats.count(row.customers)}"],
    )


def ranked_drivers(drivers: Sequence[Driver]) -> list[Driver]:
    """Return the drivers, those of the attribute that splits satisfaction most first."""
    place = {key: index for index, key in enumerate(ranked_attributes(drivers))}
    return sorted(drivers, key=lambda row: place[row.source, row.attribute])


def month_charts(evidence: Evidence) -> list[Markup]:
    """Return the monthly revenue of each source and currency; a month that the clock cuts short is drawn lighter."""
    charts = []
    for (source, currency), rows in groupby(evidence.months, key=lambda row: (row.source, row.currency)):
        months = list(rows)
        bars = [month_bar(month, evidence) for month in months]
        series = [("a", "whole month"), ("cut", "month not over yet")]
        chart = Chart(
            title=f"Gross revenue by month, {source}, {currency or 'currency not stated'}",
            description="; ".join(f"{bar.label}: {formats.short(sum(bar.values))}" for bar in bars),
            series=series if any(bar.values[1] for bar in bars) else series[:1],
        )
        charts.append(columns(chart, bars if len(chart.series) == 2 else [Bar(b.label, b.values[:1]) for b in bars]))
    return charts


def month_bar(month: Month, evidence: Evidence) -> Bar:
    """Return the column of one month."""
    revenue = float(max(month.revenue, Decimal(0)))
    cut = evidence.as_of is not None and f"{evidence.as_of:%Y%m}" == f"{month.month:%Y%m}"
    return Bar(f"{month.month:%b %y}", [0, revenue] if cut else [revenue, 0])
