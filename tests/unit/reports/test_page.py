"""The page says what the rows say, to anyone, without a network, and the same each time."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from reports.answers import answers
from reports.figures import Figures, Population, Profile, Risk
from reports.page import render

HOSTILE = "<script>alert('x')</script>\"&"
VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Collect the tags of a page, and check that each is closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"rect", "line", "circle"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> list[str]:
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    return parser.seen


def test_page_holds_the_answers_the_clock_and_the_sources(figures: Figures) -> None:
    page = render(figures)
    assert "As of <b>10 Dec 2011</b>" in page
    assert "the end of\n  9 Dec 2011" in page
    assert "<b>retail</b>, <b>shop</b>" in page
    for answer in answers(figures):
        assert answer.is_known
        assert f'<p class="answer">{answer.sentence}</p>' in page.replace("\N{NO-BREAK SPACE}", " ")
    assert tags(page).count("figure") == 2 + 2 + 2 + 1


def test_page_shows_amounts_to_the_cent_in_their_currency(figures: Figures) -> None:
    page = render(figures)
    assert "GBP 77,183.60" in page
    assert "GBP 74,868.09" in page
    assert ">10,666,684.54<" in page
    assert ">918,936.61<" in page
    assert ">9,747,747.93<" in page


def test_page_needs_nothing_from_outside(figures: Figures) -> None:
    page = render(figures)
    assert not re.search(r"(?:https?:)?//\w|url\(|@import|<link|<script|<img|<iframe", page)
    assert "default-src 'none'" in page


def test_same_evidence_gives_the_same_bytes(figures: Figures) -> None:
    assert render(figures) == render(replace(figures))


@pytest.mark.parametrize("field", ["source", "segment_name"])
def test_hostile_names_stay_text(figures: Figures, field: str) -> None:
    hostile: dict[str, Any] = {field: HOSTILE}
    profiles = [replace(row, **hostile) for row in figures.profiles]
    page = render(replace(figures, profiles=profiles))
    assert "<script" not in page.lower()
    assert "&lt;script&gt;" in page.lower()
    tags(page)


def test_hostile_customers_values_and_metrics_stay_text(figures: Figures) -> None:
    page = render(
        replace(
            figures,
            populations=[replace(row, source=HOSTILE) for row in figures.populations],
            at_risk=[replace(row, customer_id=HOSTILE, evidence=HOSTILE, currency=HOSTILE) for row in figures.at_risk],
            drivers=[replace(row, source=HOSTILE, factor=HOSTILE, factor_value=HOSTILE) for row in figures.drivers],
            metrics=[
                replace(row, task=HOSTILE, subject=HOSTILE, metric=HOSTILE, version=HOSTILE) for row in figures.metrics
            ],
            totals=[replace(row, source=HOSTILE, currency=HOSTILE) for row in figures.totals],
            months=[replace(row, source=HOSTILE, currency=HOSTILE) for row in figures.months],
            recency=[replace(row, source=HOSTILE) for row in figures.recency],
        )
    )
    assert "<script" not in page.lower()
    tags(page)


def test_never_fed_platform_gives_a_page_that_says_how_to_feed_it() -> None:
    page = render(Figures())
    tags(page)
    assert "No data yet." in page
    assert page.count("make run ORDERS=") == 3
    assert "make replay ORDERS=" in page
    assert "make train" in page


def test_platform_without_export_says_so() -> None:
    unknown = answers(Figures(missing=("at_risk_customers",)))
    assert [answer.is_known for answer in unknown] == [False, False, False]
    assert all("make refresh" in answer.sentence for answer in unknown)
    assert "make refresh" in render(Figures(missing=("at_risk_customers",)))


def test_orders_alone_leave_satisfaction_open_and_say_what_is_missing(figures: Figures) -> None:
    unscored = replace(figures.risks[0], scored=0)
    orders = replace(figures, populations=figures.populations[:1], risks=[unscored], drivers=[], metrics=[])
    page = render(orders)
    assert "make snapshot FILE=" in page
    assert "No modelled probabilities yet" in page
    assert "recency arm alone" in page
    assert "no better than" not in page
    assert "retail: customers by days since the last purchase" in page


def test_snapshot_alone_leaves_purchasing_open(figures: Figures) -> None:
    snapshot = Figures(
        clocks=figures.clocks,
        populations=figures.populations[1:],
        risks=figures.risks[1:],
        profiles=figures.profiles[2:],
        drivers=figures.drivers,
    )
    page = render(snapshot)
    assert "No dated orders yet" in page
    assert "116 of 350 customers (33\N{NO-BREAK SPACE}%)" in page
    assert "Amounts without a currency" in page


def test_shops_of_several_clocks_have_a_stamp_each(figures: Figures) -> None:
    retail, shop = figures.clocks
    page = render(replace(figures, clocks=[retail, replace(shop, time_zone="Asia/Tokyo", as_of_day=date(2012, 1, 1))]))
    tokyo, utc = (
        page.index(f"As of <b>{text}") for text in ("1 Jan 2012</b>, 00:00 Asia/Tokyo", "10 Dec 2011</b>, 00:00 UTC")
    )
    assert tokyo < page.index("31 Dec 2011.", tokyo) < page.index("<b>shop</b>.", tokyo) < utc
    assert utc < page.index("9 Dec 2011.", utc) < page.index("<b>retail</b>.", utc)


def test_the_month_that_the_clock_cuts_is_marked(figures: Figures) -> None:
    assert "month not over yet" in render(figures)
    whole = replace(figures, months=figures.months[:12])
    assert "month not over yet" not in render(whole)
    # Another shop's clock says nothing of this one's months.
    retail, shop = figures.clocks
    over = replace(figures, clocks=[replace(retail, as_of_day=date(2012, 1, 10)), shop])
    assert "month not over yet" not in render(over)


def test_model_quality_stands_beside_its_baseline_with_its_interval(figures: Figures) -> None:
    page = render(figures)
    assert "version 2" in page
    assert ">0.812<br><small>0.800 to 0.824</small><" in page
    assert ">0.741<" in page


def test_one_customer_and_nothing_spent(figures: Figures) -> None:
    alone = Figures(
        clocks=figures.clocks,
        populations=[Population("shop", 1, 0, 0, 0)],
        profiles=[Profile("shop", "rule", "new", None, 1, Decimal(1), None, None, None, None, None)],
        risks=[Risk("shop", None, 1, 1, 0, 0, 0, None)],
    )
    tags(render(alone))
    assert answers(alone)[1].sentence == ("1 of 1 customer (100 %) are at risk of leaving by the rule: 1 of 1 in shop.")


def test_a_source_without_orders_shows_no_revenue_of_zero(figures: Figures) -> None:
    [total] = figures.totals
    nothing = replace(
        total,
        source="shop",
        currency=None,
        orders=0,
        guest_orders=0,
        returns=0,
        gross_revenue=Decimal(0),
        returned_amount=Decimal(0),
        net_revenue=Decimal(0),
        first_ordered_at=None,
        last_ordered_at=None,
    )
    page = render(replace(figures, totals=[total, nothing]))
    assert "no dated orders: a file of customer totals" in page
    assert ">0.00<" not in page
