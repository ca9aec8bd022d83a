"""The application answers its own address alone, and whatever else comes is refused in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient

from reports.dashboard import customer_view, views
from reports.dashboard.app import SECTIONS, build
from reports.dashboard.store import UnavailableError

HOST = "127.0.0.1:17022"
LONG = "x" * 201


class AwayStore:
    """A store that cannot be reached."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        raise UnavailableError("PostgreSQL at 127.0.0.1:17000 refused reporter: `make up` starts it")
        yield


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """What asks the application."""
    return build(AwayStore()).server.test_client()  # type: ignore[arg-type]


def shown(client: FlaskClient, path: str, search: str) -> str:
    """Return what a browser is told to show at an address."""
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ],
        "changedPropIds": ["_pages_location.search"],
    }
    answer = client.post("/_dash-update-component", json=body, headers={"Host": HOST})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "method", "host", "status", "words"),
    [
        ("/", "GET", "evil.example:17022", 400, "not trusted"),
        ("/", "GET", "127.0.0.1.evil.example", 400, "not trusted"),
        ("/_dash-update-component", "POST", "evil.example", 400, "not trusted"),
        ("/", "POST", HOST, 405, "not allowed"),
        ("/alerts.csv", "POST", HOST, 405, "not allowed"),
        ("/nothing", "GET", HOST, 404, "no such page"),
        ("/assets/../app.py", "GET", HOST, 404, "not found"),
        ("/assets/nothing", "GET", HOST, 404, "not found"),
        ("/_dash-component-suites/dash/../../app.py", "GET", HOST, 400, "no question"),
        ("/alerts.exe", "GET", HOST, 404, "no such page"),
        ("/nothing.csv", "GET", HOST, 404, "alerts, windows, pipeline, customers, days"),
        ("/customers.csv?sort=1", "GET", HOST, 400, "has no column"),
        ("/customers.csv?city=a&city=b", "GET", HOST, 400, "two of it"),
        ("/customers.csv?city=Leeds", "GET", HOST, 503, "refused reporter"),
    ],
)
def test_what_cannot_be_answered_is_said(
    client: FlaskClient, path: str, method: str, host: str, status: int, words: str
) -> None:
    answer = client.open(path, method=method, headers={"Host": host})
    assert answer.status_code == status
    assert words in answer.get_data(as_text=True)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_script_runs_but_ours_and_nothing_is_kept(client: FlaskClient) -> None:
    headers = client.get("/", headers={"Host": HOST}).headers
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert "unsafe" not in rules["script-src"]
    assert rules["connect-src"] == "'self'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "search", "words"),
    [
        ("/customers", "?sort=1", "has no column"),
        ("/", "?by=1", "by is one of city, membership, channel, device"),
        ("/", "?colour=red", "knows source and by"),
        ("/customer", "?source=shop", "a source and an id"),
        ("/customers", "?" + "&".join(f"a{n}=1" for n in range(40)), "at most 30"),
        ("/customers", "?city=a%00b", "no text"),
        ("/customers", f"?city={LONG}", "longer than 200"),
        ("/customers", "?city=a&city=b", "two of it"),
        ("/", "", "refused reporter"),
        ("/customers", "?city=%ff%27", "refused reporter"),
    ],
)
def test_an_address_that_has_no_view_says_why(client: FlaskClient, path: str, search: str, words: str) -> None:
    assert words in shown(client, path, search)


QUESTION = {"output": "x.children", "outputs": {"id": "x", "property": "children"}, "inputs": [], "changedPropIds": []}
FILTER = {
    "output": "to.href",
    "outputs": {"id": "to", "property": "href"},
    "inputs": [[{"id": {"filter": "city"}, "property": "value", "value": {"a": 1}}]],
    "changedPropIds": [],
    "state": [
        {"id": "to", "property": "pathname", "value": "//evil.example"},
        {"id": "to", "property": "search", "value": 7},
    ],
}


@pytest.mark.parametrize("body", [7, [], {}, {"output": "x"}, QUESTION, {"output": None, "outputs": 3}])
def test_a_question_that_the_page_does_not_ask_is_refused(
    client: FlaskClient, capfd: pytest.CaptureFixture[str], body: object
) -> None:
    answer = client.post("/_dash-update-component", json=body, headers={"Host": HOST})
    assert answer.status_code == 400
    assert answer.get_data(as_text=True) == "That is no question of this page.\n"
    assert capfd.readouterr() == ("", "")


def test_filters_lead_nowhere_else(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json=FILTER, headers={"Host": HOST})
    assert answer.status_code == 204


def test_a_request_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/_dash-update-component", json="x" * 200_000, headers={"Host": HOST})
    assert answer.status_code == 413


def test_a_fault_of_ours_is_one_line(client: FlaskClient, capfd: pytest.CaptureFixture[str],
                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def broken(*_: object) -> None:
        raise ValueError("one\ntwo")

    monkeypatch.setattr(customer_view, "require_names", broken)
    assert "ValueError: one" in shown(client, "/customer", "")
    assert capfd.readouterr().err == "page: ValueError: one\n"


def test_every_part_of_the_live_page_has_its_place() -> None:
    assert [views.style(name) for name in SECTIONS] == ["", "", "charts", "panel", "panel", "panel"]
