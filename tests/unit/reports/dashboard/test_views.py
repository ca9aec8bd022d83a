"""Pages say what there is and what there is not, lead on, and take no text for markup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reports.dashboard import links, live_view
from reports.dashboard.catalogue import CUSTOMERS, Alert, Health
from reports.dashboard.live import Minute, Now, Slice, Source, slice_start
from reports.dashboard.tables import ask
from tests.unit.reports.dashboard.components import attributes, text

NOON = datetime(2011, 12, 9, 12, 31, 25, tzinfo=UTC)
MINUTE = NOON.replace(second=0)
ALERT = Alert(
    occurred_at=NOON, channel="size_up", source="shop", subject="customer <b>17</b>", customer_id="<b>17</b>",
    order_id="o1", event_id="e1", measured=950.0, usual_low=10.0, usual=20.5, usual_high=1040.0, unit="GBP",
    score=4.25, threshold=3.0, evidence="customer", baseline_as_of=NOON, reason="GBP 950 <script>", alert_id="a" * 32,
    stored_at=NOON,
)  # fmt: skip
HEALTH = Health("speed", "orders", 3, 0.5, NOON, 90.0, 0, NOON, 0, 0, None, NOON)
NOTHING = Now(NOON, [], None, [], None, [], [], [], [], [])
BUSY = replace(
    NOTHING,
    sources=[Source("shop", NOON)],
    source=Source("shop", NOON),
    minutes=[Minute(MINUTE, "", 4, None, None, 0, 0, 3), Minute(MINUTE, "GBP", 4, 9, Decimal(80), 0, 0, 3)],
    slice_started_at=MINUTE - timedelta(minutes=11),
    totals=[Slice("", "", 8, None, 2, 40, 7), Slice("", "GBP", 8, Decimal(100), 2, 0, 7)],
    slices=[Slice("Leeds", "", 6, None, 0, 0, 5), Slice("", "", 2, None, 0, 0, 2)],
    alerts=[ALERT],
    health=[HEALTH],
)


def live(now: Now, source: str = "", dimension: str = "city") -> list[object]:
    """Return what is on the page."""
    return list(live_view.sections(now, source, dimension).values())


def test_a_busy_shop_is_shown_in_numbers() -> None:
    page = live(BUSY)
    for words in ("12.50 an order", "25 % of the orders", "20 % orders to visits", "12:20 to 12:35", "not known"):
        assert words in text(page)
    assert "/customers?source=shop&city=Leeds" in attributes(page, "href")
    [orders, revenue] = attributes(page, "figure")
    assert orders["data"][0]["x"][-1] == "2011-12-09 12:31"
    assert orders["data"][0]["y"] == [0.0] * 59 + [4.0]
    assert revenue["layout"]["title"]["text"] == "<b>Revenue per minute, GBP</b>"
    assert revenue["layout"]["title"]["subtitle"]["text"] == "60 minutes up to 12:31; together 80"


def test_what_an_alert_says_is_text_and_leads_to_its_customer() -> None:
    page = live(BUSY)
    for words in ("GBP 950 <script>", "customer <b>17</b>", "GBP 20.50 (10 to 1,040)", "much larger than usual"):
        assert words in text(page)
    assert "/customer?source=shop&id=%3Cb%3E17%3C%2Fb%3E" in attributes(page, "href")


def test_what_plotly_reads_as_markup_is_escaped() -> None:
    odd = replace(BUSY, minutes=[Minute(MINUTE, "<b>", 4, 9, Decimal(80), 0, 0, 3)])
    assert attributes(live(odd), "figure")[1]["layout"]["title"]["text"] == "<b>Revenue per minute, &lt;b&gt;</b>"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (NOTHING, "No monitor has run yet: `make monitor` starts it."),
        (replace(NOTHING, missing=["live.windows"]), "live.windows: not there yet."),
        (BUSY, ""),
        (replace(BUSY, clock=NOON + timedelta(seconds=200)), "has not reported for 3 min"),
    ],
)
def test_nothing_new_is_said(now: Now, words: str) -> None:
    said = live_view.staleness(now)
    assert words in said
    assert bool(said) == bool(words)


def test_a_problem_of_the_pipeline_is_said() -> None:
    away = replace(HEALTH, problem="PostgreSQL is away: `make up`")
    page = live(replace(BUSY, health=[away, replace(away, job="alerts", topic="")]))
    assert "speed (orders), alerts: PostgreSQL is away: make up" in text(page)


def test_an_empty_shop_has_a_page() -> None:
    page = text(live(NOTHING, "nobody", "device"))
    for words in (
        "No windows yet.",
        "No orders have been counted yet",
        "No window by device yet",
        "No alerts of nobody",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("moment", "start"),
    [(NOON, "12:20"), (NOON.replace(minute=30, second=0), "12:20"), (NOON.replace(minute=29), "12:15")],
)
def test_the_quarter_of_an_hour_holds_the_newest_event_and_began_first(moment: datetime, start: str) -> None:
    assert f"{slice_start(moment):%H:%M}" == start


def test_addresses_keep_the_filters_and_change_one_thing() -> None:
    question = ask(CUSTOMERS, {"city": "York & Bath", "sort": "-orders", "page": "2"})
    assert links.asked(question) == "/customers?city=York+%26+Bath&sort=-orders"
    assert links.asked(question, page=3) == "/customers?city=York+%26+Bath&sort=-orders&page=3"
    assert links.sorted_by(question, "orders") == "/customers?city=York+%26+Bath&sort=orders"
    assert links.sorted_by(question, "city") == "/customers?city=York+%26+Bath&sort=city"
    assert links.download(question) == "/customers.csv?city=York+%26+Bath&sort=-orders"


def test_an_alert_about_a_city_leads_to_its_customers_and_one_about_a_shop_to_none() -> None:
    about = replace(ALERT, customer_id=None)
    assert links.subject_of(replace(about, subject="city New York")) == "/customers?source=shop&city=New+York"
    assert links.subject_of(replace(about, subject="shop main")) == ""
