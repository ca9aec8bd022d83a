"""What people see, in a browser: the docs site, and in it the way from a Kafka topic to the report."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from common import postgres
from reports.page import render
from tests.integration.browser import document, screenshot
from tests.integration.devtools import Tab, browsing
from tests.integration.harness import Platform
from tests.integration.layout import faults
from tests.unit.reports.conftest import two_shops
from tests.unit.reports.live_rows import LIVE

Row = tuple[object, ...]
TOPIC, REPORT = "source.lakehouse.kafka.orders", "exposure.lakehouse.report"


@pytest.fixture(scope="module")
def site(sample_job: Platform) -> Path:
    """The docs site, which the last run wrote."""
    return sample_job.settings.path("out", "dbt", "static_index.html")


def way(children: Mapping[str, Sequence[str]], first: str, last: str) -> list[str]:
    """Return a shortest way through the lineage graph, both ends included; none is an empty list."""
    ways, seen = [[first]], {first}
    while ways:
        here = ways.pop(0)
        if here[-1] == last:
            return here
        new = [child for child in children[here[-1]] if child not in seen]
        seen.update(new)
        ways += [[*here, child] for child in new]
    return []


def test_lineage_leads_from_a_topic_to_the_report(site: Path, tmp_path: Path) -> None:
    children = json.loads((site.parent / "manifest.json").read_text())["child_map"]
    steps = way(children, TOPIC, REPORT)
    assert [step.split(".")[0] for step in steps] == ["source", *["model"] * (len(steps) - 2), "exposure"]
    assert len(steps) >= 6
    *_, view, report = steps
    for here, following in itertools.pairwise(steps[:-1]):
        assert link(following) in section(site, here, "Referenced By", tmp_path), f"{here} does not lead to {following}"
    # An exposure says what it depends on; the site does not say it the other way round.
    assert link(view) in section(site, report, "Depends On", tmp_path)


def section(site: Path, node: str, heading: str, profile: Path) -> str:
    """Return the page of a node from its last section of this heading on."""
    return document(site, link(node), profile).rpartition(heading)[2]


def link(node: str) -> str:
    """Return where the site has the page of a node."""
    return f"#!/{node.partition('.')[0]}/{node}"


def test_the_overview_shows_the_project(site: Path, tmp_path: Path) -> None:
    text = document(site, "#!/overview", tmp_path / "profile")
    assert "Customer" in text
    screenshot(site, "#!/overview", tmp_path / "profile", tmp_path / "docs.png")
    assert (tmp_path / "docs.png").stat().st_size > 20_000


def test_every_model_that_scores_has_its_card(sample_job: Platform, tmp_path: Path) -> None:
    page = sample_job.settings.path("out", "models.html")
    text = document(page, "#churn", tmp_path / "profile")
    models = sample_job.rows("select task, version, feature_hash from reporting.model_cards")
    assert {model["task"] for model in models} == {"churn", "satisfaction", "segments"}
    for model in models:
        assert f'<section id="{model["task"]}"' in text
        assert model["version"] in text and model["feature_hash"] in text
    assert "before calibration" in text
    # Satisfaction's training always says how much it learned from.
    assert "What the model says, in plain words" in text
    screenshot(page, "#churn", tmp_path / "profile", tmp_path / "models.png")
    assert (tmp_path / "models.png").stat().st_size > 20_000


PHONE, TABLET, DESK = 390, 768, 1280
# A4 between its margins, in pixels of CSS.
PAPER = 688
PLACES = ((PHONE, "screen"), (TABLET, "screen"), (DESK, "screen"), (PAPER, "print"))
LONG = "Supercalifragilisticexpialidocious & Söhne of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of a browser."""
    with browsing(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize(("width", "medium"), PLACES)
def test_the_report_of_the_sample_can_be_read_everywhere(
    sample_job: Platform, browser: Tab, width: int, medium: str
) -> None:
    for name in ("report.html", "models.html"):
        browser.show(width, medium=medium)
        browser.open(sample_job.settings.path("out", name).as_uri())
        assert faults(browser) == []


@pytest.mark.parametrize(("width", "medium"), PLACES)
def test_a_shop_with_long_names_can_be_read_everywhere(browser: Tab, tmp_path: Path, width: int, medium: str) -> None:
    shops = two_shops()
    page = tmp_path / "report.html"
    # The widest of the fonts that a system may fall back to; Java brings it.
    page.write_text(
        "<style>body { font-family: 'DejaVu Sans' !important }</style>"
        + render(
            replace(
                shops,
                profiles=[replace(row, segment_name=LONG, currency="GBP") for row in shops.profiles],
                drivers=[replace(row, factor_value=f"{LONG} {row.factor_value}") for row in shops.drivers],
                at_risk=[replace(row, customer_id=LONG) for row in shops.at_risk],
                totals=[replace(row, source=LONG) for row in shops.totals],
                months=[replace(row, source=LONG) for row in shops.months],
                live=replace(
                    LIVE,
                    alerts=[
                        replace(row, subject=f"city {LONG}", reason=f"{LONG}: {row.reason}") for row in LIVE.alerts
                    ],
                    windows=[replace(row, value=f"{LONG} {row.value}") for row in LIVE.windows],
                ),
            )
        )
    )
    browser.show(width, medium=medium)
    browser.open(page.as_uri())
    assert faults(browser) == []


def test_text_that_is_cut_is_found(browser: Tab, tmp_path: Path) -> None:
    page = tmp_path / "cut.html"
    page.write_text(
        "<meta name='viewport' content='width=device-width'>"
        "<p style='width: 20px; overflow: hidden'>Overflowing</p><svg width='50'><text x='45' y='20'>cut</text></svg>"
        "<p style='width: 20px; word-break: break-all'>Broken</p><div style='width: 500px'>wide</div>"
    )
    browser.show(PHONE)
    browser.open(page.as_uri())
    found = "\n".join(faults(browser))
    for fault in ("is cut: Overflowing", "is cut: cut", "broken: Broken", "wider than the page: wide"):
        assert fault in found


def test_the_report_is_dark_where_the_reader_is_and_prints_light(browser: Tab, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(render(two_shops()))
    browser.open(page.as_uri())
    colours = {}
    for medium, scheme in (("screen", "light"), ("screen", "dark"), ("print", "dark")):
        browser.show(DESK, scheme=scheme, medium=medium)
        colours[medium, scheme] = browser.ask("getComputedStyle(document.body).color")
    assert colours["screen", "dark"] != colours["screen", "light"] == colours["print", "dark"]


@pytest.mark.parametrize("part", ["figure", "tr", ".alerts tbody", ".card"])
def test_no_page_on_paper_ends_within_a_chart_or_a_row(browser: Tab, tmp_path: Path, part: str) -> None:
    page = tmp_path / "report.html"
    page.write_text(render(replace(two_shops(), live=LIVE)))
    browser.open(page.as_uri())
    browser.show(DESK, medium="print")
    breaks = browser.ask(
        f"[...new Set([...document.querySelectorAll('{part}')].map(one => getComputedStyle(one).breakInside))]"
    )
    target = "getComputedStyle(document.querySelector('section a'), '::after').content"
    assert browser.ask(target) == '" (models.html)"'
    assert breaks == ["avoid"]


def window(minutes: int, started_at: str, value: str, currency: str, orders: int, revenue: float | None) -> Row:
    """Return a row of live.windows as the monitor writes it; its newest event is of 12:50:40."""
    dimension = "city" if value else "all"
    start = f"2011-12-09 {started_at}"
    items, returned = (3 * orders, 0) if currency else (None, None)
    row = ("sample", minutes, start, dimension, value, currency, orders, items, revenue)
    return *row, 0, returned, 0, orders, "2011-12-09 12:50:40"


def anomaly(channel: str, occurred_at: str, event_id: str | None, score: float, reason: str) -> Row:
    """Return a row of live.anomalies as the monitor writes it."""
    what = (event_id, event_id, "17", "customer 17") if event_id else (None, None, None, "shop sample")
    values = (score, 3, 900, 5, 20, 80, "GBP", "customer", "2011-12-01", reason)
    return reason, "sample", channel, occurred_at, *what, *values


WINDOWS = (
    window(1, "12:50", "", "", 2, None),
    window(1, "12:50", "", "GBP", 2, 41.5),
    window(15, "12:30", "Leeds", "", 3, None),
    window(15, "12:30", "Leeds", "GBP", 3, 60.25),
    window(15, "12:45", "York", "", 1, None),
)
ANOMALIES = (
    anomaly("size_up", "2011-12-09 12:50:40", "e1", 5.2, "more than ever"),
    anomaly("rate_down", "2011-12-09 00:00:00", None, 4, "a day of few orders"),
    anomaly("speed", "2011-12-02 12:00:00", "e3", 9, "too long ago"),
)


def replace_live(platform: Platform, rows: Mapping[str, Sequence[Row]]) -> None:
    """Let tables of schema `live` hold these rows alone."""
    with postgres.connect(platform.settings, "monitor") as connection, connection.cursor() as cursor:
        for table, values in rows.items():
            cursor.execute(f"delete from live.{table}")
            for row in values:
                cursor.execute(f"insert into live.{table} values ({', '.join(['%s'] * len(row))})", row)


@pytest.fixture
def live_rows(sample_job: Platform) -> Iterator[None]:
    """What the monitor finds in the sample, and nothing else while it is there."""
    with postgres.connect(sample_job.settings, "monitor") as connection:
        before = {
            name: connection.execute(f"select * from live.{name}").fetchall() for name in ("windows", "anomalies")
        }
    replace_live(sample_job, {"windows": WINDOWS, "anomalies": ANOMALIES})
    yield
    replace_live(sample_job, before)


@pytest.mark.usefixtures("live_rows")
def test_the_report_shows_what_the_monitor_has_written(sample_job: Platform, browser: Tab) -> None:
    sample_job.make("report")
    page = sample_job.settings.path("out", "report.html")
    text = page.read_text()
    assert (
        "sample had 2 alerts in the 7 days up to 9 Dec 2011: 1 much larger than usual, 1 fewer orders than usual."
        in text
    )
    # A day's rate is of the day before its end.
    assert "8 Dec: 1 fewer orders than usual; 9 Dec: 1 much larger than usual" in text
    assert "more than ever" in text and "a day of few orders" in text
    assert "too long ago" not in text
    assert "sample: revenue a minute, GBP, the hour up to 12:51 on 9 Dec 2011" in text
    # The window of 12:45 is not over at 12:50.
    assert "sample: orders by city, 15 minutes from 12:30 on 9 Dec 2011" in text
    assert "GBP 60.25" in text and "York" not in text.partition("15 minutes from 12:30")[2].partition("</table>")[0]
    browser.show(PHONE)
    browser.open(page.as_uri())
    assert faults(browser) == []
