"""What people see, in a browser: the docs site, and in it the way from a Kafka topic to the report."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reports.page import render
from tests.integration.browser import document, screenshot
from tests.integration.harness import Platform
from tests.integration.layout import faults
from tests.integration.tab import Tab, tab
from tests.unit.reports.conftest import two_shops

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
LONG = "Supercalifragilisticexpialidocious & Söhne of Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of a browser."""
    with tab(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
def test_the_report_of_the_sample_can_be_read_at_every_width(sample_job: Platform, browser: Tab, width: int) -> None:
    for name in ("report.html", "models.html"):
        browser.resize(width)
        browser.open(sample_job.settings.path("out", name).as_uri())
        assert faults(browser) == []


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
def test_a_shop_with_long_names_can_be_read_at_every_width(browser: Tab, tmp_path: Path, width: int) -> None:
    shops = two_shops()
    page = tmp_path / "report.html"
    page.write_text(
        render(
            replace(
                shops,
                profiles=[replace(row, segment_name=LONG, currency="GBP") for row in shops.profiles],
                drivers=[replace(row, factor_value=f"{LONG} {row.factor_value}") for row in shops.drivers],
                at_risk=[replace(row, customer_id=LONG) for row in shops.at_risk],
                totals=[replace(row, source=LONG) for row in shops.totals],
                months=[replace(row, source=LONG) for row in shops.months],
            )
        )
    )
    browser.resize(width)
    browser.open(page.as_uri())
    assert faults(browser) == []


def test_text_that_is_cut_is_found(browser: Tab, tmp_path: Path) -> None:
    page = tmp_path / "cut.html"
    page.write_text(
        "<p style='width: 20px; overflow: hidden'>Overflowing</p><svg width='50'><text x='45' y='20'>cut</text></svg>"
        "<p style='width: 20px; word-break: break-all'>Broken</p><div style='width: 500px'>wide</div>"
    )
    browser.resize(PHONE)
    browser.open(page.as_uri())
    found = "\n".join(faults(browser))
    for fault in ("is cut: Overflowing", "is cut: cut", "broken: Broken", "wider than the page: wide"):
        assert fault in found


def test_the_report_is_dark_where_the_reader_is_and_prints_light(browser: Tab, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(render(two_shops()))
    browser.resize(DESK)
    browser.open(page.as_uri())
    colours = {}
    for medium, scheme in (("screen", "light"), ("screen", "dark"), ("print", "dark")):
        browser.show(medium, scheme)
        colours[medium, scheme] = browser.value("getComputedStyle(document.body).color")
    browser.show()
    assert colours["screen", "dark"] != colours["screen", "light"] == colours["print", "dark"]
