"""The live page in a browser: rows shown as they come, search, filters, files, text that is no SQL, a phone."""

import csv
import io
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import pytest

from common import postgres
from infra.local import supervise
from tests.integration.devtools import Tab, browsing
from tests.integration.harness import SPARE_PORTS, Platform, wait_until
from tests.integration.live_rows import ALERT, HEALTH, MOMENT, SOURCE, WINDOW

pytestmark = pytest.mark.usefixtures("sample_job")

PORT = SPARE_PORTS
INJECTED = "<img src=x onerror=document.title='run'>'; drop table live.anomalies; --"
Write = Callable[..., None]


@pytest.fixture(scope="module")
def write(platform: Platform) -> Iterator[Write]:
    """What writes a row as the monitor does; afterwards its rows are gone."""

    def write(statement: LiteralString, *values: object) -> None:
        with postgres.connect(platform.settings, "monitor") as connection:
            connection.execute(statement, values)

    yield write
    write("delete from live.windows where source = %s", SOURCE)
    write("delete from live.anomalies where source = %s", SOURCE)
    write("delete from live.pipeline_health where job = %s", SOURCE)


@pytest.fixture(scope="module")
def address(platform: Platform) -> Iterator[str]:
    """Where the page is served, by a process that Ctrl-C ends in order, and that never said more than it should."""
    process = start(platform, PORT)
    yield f"http://127.0.0.1:{PORT}"
    end(process)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A tab of a browser."""
    with browsing(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(autouse=True)
def no_faults(tab: Tab) -> Iterator[None]:
    """The console has no error, and nothing was asked of another server."""
    tab.faults.clear()
    yield
    asked = "performance.getEntriesByType('resource').map(one => one.name).filter(name => !name.startsWith(origin))"
    assert tab.ask(asked) == []
    assert tab.faults == []


def command(port: int = PORT) -> tuple[str, ...]:
    """Return how the page is started."""
    return (".venv/bin/python", "-m", "reports.dashboard", "--port", str(port))


def start(platform: Platform, port: int) -> subprocess.Popen[str]:
    """Start the page, and wait until it listens."""
    process = platform.start(*command(port))
    assert process.stdout and process.stderr
    line = process.stdout.readline()
    assert line == f"page: http://127.0.0.1:{port}/, until Ctrl-C\n", process.stderr.read()
    return process


def end(process: subprocess.Popen[str]) -> None:
    """End the page as Ctrl-C does; it never said more than it should."""
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("page: closed\n", "interrupted: what is under way ends first\n")
    assert process.returncode == 0


def visit(tab: Tab, address: str) -> None:
    """Go to an address and wait until the page is there."""
    tab.open(address)
    tab.wait("document.querySelector('main h1') !== null")


def test_what_is_not_there_is_said_in_words(tab: Tab, address: str) -> None:
    visit(tab, f"{address}/?source=nobody")
    assert "No orders have been counted yet" in tab.text()
    assert "No alerts of nobody" in tab.text()


def test_a_row_is_shown_within_two_seconds(tab: Tab, address: str, write: Write) -> None:
    started = MOMENT.replace(second=0)
    write(WINDOW, SOURCE, 1, started, "all", "", "", 7, None, MOMENT)
    visit(tab, f"{address}/?source={SOURCE}")
    # Until the library for charts has been read, which is once for a browser.
    tab.wait("document.querySelector('#minutes .nsewdrag') !== null", 60)
    seconds = {}
    write(WINDOW, SOURCE, 1, started, "all", "", "", 9, None, MOMENT)
    seconds["minute"] = tab.wait("document.querySelector('#minutes').textContent.includes('together 9')")
    write(WINDOW, SOURCE, 1, started, "all", "", "GBP", 9, 140, MOMENT)
    tab.wait("document.querySelector('#minutes').textContent.includes('Revenue per minute, GBP')")
    write(WINDOW, SOURCE, 15, started.replace(minute=20), "city", "Leeds", "", 7, None, MOMENT)
    seconds["window"] = tab.wait("document.querySelector('#slices').innerText.includes('Leeds')")
    write(ALERT, "a" * 32, SOURCE, MOMENT, "17", "customer 17", MOMENT, "GBP 950, usually 10 to 40")
    seconds["alert"] = tab.wait("document.querySelector('#newest-alerts').innerText.includes('GBP 950, usually')")
    write(HEALTH, MOMENT, "nothing works: `make up`")
    seconds["problem"] = tab.wait("document.querySelector('#state').innerText.includes('nothing works: make up')")
    print(f"shown after {', '.join(f'{name} {value:.2f} s' for name, value in seconds.items())}")
    assert max(seconds.values()) <= 2
    tab.ask("document.querySelector('#newest-alerts a').click()")
    tab.wait(f"location.search === '?source={SOURCE}&id=17' && document.body.innerText.includes('of {SOURCE}')")
    assert "GBP 950, usually 10 to 40" in tab.text()


def test_a_look_leaves_tooltip_zoom_and_focus_as_they_are(tab: Tab, address: str, write: Write) -> None:
    # With a higher column beside it the scale stays as it is.
    write(WINDOW, SOURCE, 1, MOMENT.replace(minute=25, second=0), "all", "", "", 20, None, MOMENT)
    visit(tab, f"{address}/?source={SOURCE}")
    tab.wait("document.querySelector('#minutes .nsewdrag') !== null")
    box = tab.ask("(({x, y, width, height}) => [x, y, width, height])"
                  "(document.querySelector('#minutes .nsewdrag').getBoundingClientRect())")  # fmt: skip
    x, y = box[0] + box[2], box[1] + box[3] / 2
    for kind, place in (("Moved", x - 200), ("Pressed", x - 200), ("Moved", x - 100), ("Moved", x), ("Released", x)):
        tab.mouse(kind, place, y)
    zoom = "document.querySelector('#minutes .js-plotly-plot').layout.xaxis.range"
    tab.wait(f"{zoom} !== undefined && {zoom}[0] > '2011-12-09 12:00'")
    tab.mouse("Moved", x - 12, y)
    # The last minute is there, a little left of the edge that the zoom began at.
    tip = "document.querySelector('#minutes .hovertext')?.textContent"
    tab.wait(f"{tip} === '12:31: 9'")
    tab.ask("document.querySelector('.tabs a').focus({preventScroll: true})")
    before = tab.ask(zoom)
    write(WINDOW, SOURCE, 1, MOMENT.replace(second=0), "all", "", "", 8, None, MOMENT)
    tab.wait("document.querySelector('#minutes').textContent.includes('together 28')")
    tab.wait(f"{tip} === '12:31: 8'")
    assert tab.ask(zoom) == before
    assert tab.ask("document.activeElement.innerText") == "city"


def test_customers_are_searched_filtered_and_taken_home(tab: Tab, address: str, tmp_path: Path) -> None:
    visit(tab, f"{address}/customers?source=sample")
    tab.type("input[type=search]", "1202")
    tab.wait("location.search.includes('search=1202')")
    tab.wait("document.querySelector('#list .count').innerText.includes('1202')")
    found = tab.ask("[...document.querySelectorAll('#list td a')].map(link => link.innerText)")
    assert found and all("1202" in name for name in found)
    visit(tab, f"{address}/customers?source=sample")
    bar = "[...document.querySelectorAll('.facets a')].find(a => a.innerText.includes('by rule and model'))"
    promised = int(tab.ask(f"{bar}.querySelector('.value').innerText"))
    tab.ask(f"{bar}.click()")
    tab.wait("location.search.includes('risk=both') && document.querySelector('#list').innerText.includes('risk by')")
    tab.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.ask("document.querySelector('#list a[download]').click()")
    path = tmp_path / "customers_risk-both_source-sample.csv"
    wait_until(path.exists, 20, "the file did not come")
    title, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    assert title == ["# customers source: sample risk: by rule and model sorted by value_at_stake falling"]
    shown = int(tab.ask("document.querySelector('#list .count').innerText.split(' ')[0]"))
    assert len(rows) - 1 == shown == promised > 0
    assert {row[rows[0].index("risk")] for row in rows[1:]} == {"both"}


def test_a_filter_is_in_the_address_and_the_way_back_leads_out_of_it(tab: Tab, address: str) -> None:
    visit(tab, f"{address}/customers?source=sample")
    field = "[...document.querySelectorAll('.filters label')].find(one => one.innerText.startsWith('risk'))"
    tab.wait(f"{field}?.querySelector('button') != null")
    tab.click(f"{field}.querySelector('button')")
    option = "[...document.querySelectorAll('.dash-dropdown-option')].find(one => one.innerText === 'not at risk')"
    tab.wait(f"{option} !== undefined")
    tab.click(option)
    tab.wait("location.search === '?source=sample&risk=none' && document.querySelector('#list').innerText.includes"
             "('risk not at risk')")  # fmt: skip
    assert tab.ask(f"{field}.innerText").split("\n")[1] == "not at risk"
    tab.ask("history.back()")
    tab.wait("location.search === '?source=sample' && !document.querySelector('#list').innerText.includes('not at')")
    tab.wait(f"{field}.innerText.includes('any')")


def test_a_text_in_address_bar_or_search_box_is_a_text(tab: Tab, address: str, platform: Platform) -> None:
    for path in ("/alerts?search=", "/customers?city=", "/customers?search=", "/windows?value=", "/?source="):
        visit(tab, f"{address}{path}{quote(INJECTED)}")
        assert "rows" in tab.text() or "No window" in tab.text()
        assert tab.ask("document.title") != "run"
        assert tab.ask("document.querySelectorAll('main img').length") == 0
    visit(tab, f"{address}/alerts")
    tab.type("input[type=search]", INJECTED)
    tab.wait("location.search.includes('drop') && document.body.innerText.includes('0 rows')")
    assert tab.ask("document.querySelector('input[type=search]').value") == INJECTED
    assert platform.value("select to_regclass('live.anomalies') is not null") == "t"


@pytest.mark.parametrize("path", ["/", "/alerts", "/windows", "/customers", "/customer?source=sample&id=12022"])
def test_on_a_phone_in_the_dark_nothing_lies_beside_the_screen(tab: Tab, address: str, path: str) -> None:
    tab.show(390, 800, "dark")
    visit(tab, f"{address}{path}")
    assert tab.ask("document.documentElement.scrollWidth") == 390
    assert tab.ask("getComputedStyle(document.body).backgroundColor") == "rgb(17, 22, 27)"
    assert tab.ask("[...document.querySelectorAll('input')].filter(one => !one.labels.length).length") == 0


def test_a_page_that_is_open_outlives_a_restart_of_postgresql(
    tab: Tab, address: str, platform: Platform, write: Write
) -> None:
    visit(tab, f"{address}/?source={SOURCE}")
    # A killed one is back too soon for every page to see that it was away.
    supervise.stop(platform.settings, "postgres")
    tab.wait("document.querySelector('#connection').innerText.includes('PostgreSQL')")
    assert "customer 17" in tab.text()
    tab.ask("document.querySelector('header a[href=\"/alerts\"]').click()")
    tab.wait("document.querySelector('h1').innerText === 'Not now'")
    platform.make("up")
    tab.wait("document.querySelector('h1')?.innerText === 'Alerts'", 60)
    visit(tab, f"{address}/?source={SOURCE}")
    os.kill(supervise.processes(platform.settings)["postgres"]["pid"], signal.SIGKILL)
    platform.make("up")
    write(ALERT, "b" * 32, SOURCE, MOMENT, "18", "customer 18", MOMENT, "GBP 950, usually 10 to 40")
    tab.wait("document.body.innerText.includes('customer 18')", 60)
    assert "customer 17" in tab.text()


def test_an_open_page_says_that_its_server_has_gone_and_goes_on_with_the_next(tab: Tab, platform: Platform) -> None:
    process = start(platform, PORT + 1)
    visit(tab, f"http://127.0.0.1:{PORT + 1}/?source={SOURCE}")
    said = "document.querySelector('#connection').innerText"
    end(process)
    tab.wait(f"{said}.startsWith('This page\\'s server does not answer')")
    process = start(platform, PORT + 1)
    tab.wait(f"{said} === ''", 60)
    end(process)
    tab.send("Page.navigate", url="about:blank")
    assert any("CONNECTION_REFUSED" in fault for fault in tab.faults)
    tab.faults.clear()


def test_a_second_page_is_refused_in_one_line(address: str, platform: Platform) -> None:
    message = platform.call(*command(), status=1).stderr
    assert message.startswith(f"error: port {PORT} for the page is held by pid ")
    assert message.count("\n") == 1
