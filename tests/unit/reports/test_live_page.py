"""Alerts, minutes and windows as the report says and draws them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from reports.figures import Figures
from reports.live_figures import Live
from reports.live_page import alert_charts, alert_rows, minute_charts, quarters, sentence, value
from reports.page import render
from tests.unit.reports.live_rows import LARGE, LIVE, NOON
from tests.unit.reports.test_page import HOSTILE, tags


def test_the_sentence_counts_the_alerts_of_each_source_the_commonest_finding_first() -> None:
    assert sentence(LIVE) == (
        "retail had 6 alerts in the 7 days up to 9 Dec 2011: 5 much larger than usual, 1 fewer orders than usual; "
        "shop had 0 alerts in the 7 days up to 1 Dec 2011."
    )


def test_each_of_the_last_days_has_its_column_and_a_source_without_alerts_no_chart() -> None:
    [svg] = alert_charts(LIVE)
    assert "retail: alerts by day" in svg
    assert (
        'aria-label="3 Dec: 2 much larger than usual; 4 Dec: none; 5 Dec: none; 6 Dec: none; 7 Dec: none; '
        '8 Dec: 1 fewer orders than usual; 9 Dec: 3 much larger than usual"'
    ) in svg
    assert "<title>9 Dec, much larger than usual: 3</title>" in svg


def test_a_channel_that_is_not_known_is_shown_by_its_own_name() -> None:
    odd = replace(LIVE, days=[replace(row, channel="sideways") for row in LIVE.days[:1]])
    assert "1 sideways" in sentence(odd)
    assert "<title>8 Dec, sideways: 1</title>" in alert_charts(odd)[0]


def test_an_alert_says_what_it_measured_and_what_is_usual() -> None:
    large, quiet = alert_rows(LIVE)
    assert (large.measured, large.usual, large.middle) == ("GBP 1,680.00", "12.50 to 310.00", "middle 80.00")
    assert "<title>GBP 1,680.00; usually 12.50 to 310.00; middle 80.00</title>" in large.picture
    assert (quiet.measured, quiet.usual, quiet.middle) == ("1.00 orders an hour", "–", "")
    assert 'class="usual"' not in quiet.picture


def test_a_currency_stands_before_its_value_and_a_unit_behind() -> None:
    assert value(3.5, "GBP") == "GBP 3.50"
    assert value(3.5, "hours") == "3.50 hours"
    assert value(0.5, "hours") == "30 min"
    assert value(0.01, "hours") == "under 1 min"


def test_the_hour_has_a_column_for_each_minute_also_where_nothing_was_ordered() -> None:
    orders, revenue = minute_charts(LIVE)
    assert "retail: orders a minute, the hour up to 12:01 on 9 Dec 2011" in orders
    assert re.findall(r'<rect x="([\d.]+)%"', orders) == ["48.57", "98.57"]
    assert 'aria-label="11:30: 2; 12:00: 3"' in orders
    assert "retail: revenue a minute, GBP" in revenue
    assert 'aria-label="12:00: 120.5"' in revenue


def test_a_window_has_the_revenue_of_each_currency_beside_its_orders() -> None:
    [quarter] = quarters(LIVE)
    assert "retail: orders by city, 15 minutes from 12:00 on 9 Dec 2011" in quarter.chart
    assert [(row.value, row.orders, revenue) for row, revenue in quarter.rows] == [
        ("Leeds", 3, "EUR 20.00; GBP 120.50"),
        ("York", 1, "–"),
    ]


def test_of_many_values_ten_are_shown_and_the_others_counted(figures: Figures) -> None:
    cities = [replace(LIVE.windows[0], value=f"city {number:02}", orders=20 - number) for number in range(12)]
    [quarter] = quarters(replace(LIVE, windows=cities))
    assert [row.value for row, _ in quarter.rows] == [f"city {number:02}" for number in range(10)]
    page = render(replace(figures, live=replace(LIVE, windows=cities)))
    assert "And 2 more with 19 orders." in page


def test_the_page_shows_the_alerts_with_their_reasons(figures: Figures) -> None:
    page = render(replace(figures, live=LIVE))
    tags(page)
    for text in (
        "customer 17850",
        "order 581483",
        "9 Dec 2011, 11:58:00",
        LARGE.reason,
        "much larger than usual",
        ">5.2<",
    ):
        assert text in page
    assert "make monitor" not in page


@pytest.mark.parametrize("figures_of", [Figures(), Figures(missing=("run_bounds",))])
def test_where_no_monitor_has_run_one_sentence_says_which_command_gives_it(figures_of: Figures) -> None:
    page = render(figures_of)
    assert page.count("make monitor") == 1
    assert "What happens now" in page


def test_a_monitor_that_has_found_nothing_says_so(figures: Figures) -> None:
    page = render(replace(figures, live=Live(sources=LIVE.sources)))
    assert "retail had 0 alerts in the 7 days up to 9 Dec 2011" in page
    assert "The most surprising ones" not in page
    tags(page)


def test_hostile_values_stay_text(figures: Figures) -> None:
    live = Live(
        sources=[replace(LIVE.sources[0], source=HOSTILE)],
        days=[replace(LIVE.days[0], source=HOSTILE, channel=HOSTILE)],
        alerts=[replace(LARGE, source=HOSTILE, subject=HOSTILE, order_id=HOSTILE, unit=HOSTILE, reason=HOSTILE)],
        minutes=[replace(LIVE.minutes[0], source=HOSTILE, started_at=NOON + timedelta(minutes=1))],
        windows=[replace(LIVE.windows[0], source=HOSTILE, dimension="city", value=HOSTILE)],
    )
    page = render(replace(figures, live=live))
    assert "<script" not in page.lower()
    tags(page)
