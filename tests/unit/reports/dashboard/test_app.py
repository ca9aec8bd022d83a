"""The application answers GET of its own address, and whatever else comes is refused in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reports.dashboard.app import Application
from reports.dashboard.store import UnavailableError

HOST = "127.0.0.1:17022"


class AwayStore:
    """A store that cannot be reached."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        raise UnavailableError("PostgreSQL at 127.0.0.1:17000 refused reporter: `make up` starts it")
        yield


def get(path: str, query: str = "", method: str = "GET", host: str = HOST) -> tuple[str, dict[str, str], str]:
    """Return status, headers and body of an answer."""
    seen: list[Any] = []
    environ = {"HTTP_HOST": host, "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    application = Application(AwayStore(), [HOST, "localhost:17022"])  # type: ignore[arg-type]
    body = b"".join(application(environ, lambda status, head: seen.extend((status, dict(head)))))
    return seen[0], seen[1], body.decode()


@pytest.mark.parametrize(
    ("request_of", "status", "words"),
    [
        ({"path": "/", "host": "evil.example:17022"}, "403", "http://127.0.0.1:17022/"),
        ({"path": "/", "host": ""}, "403", "Open the page as"),
        ({"path": "/", "method": "POST"}, "405", "only GET"),
        ({"path": "/", "method": "HEAD"}, "405", "only GET"),
        ({"path": "/nothing"}, "404", "no such page"),
        ({"path": "/static/../app.py"}, "404", "no such page"),
        ({"path": "/static/"}, "404", "no such page"),
        ({"path": "/alerts.exe"}, "404", "no such page"),
        ({"path": "/customers", "query": "sort=1"}, "400", "has no column"),
        ({"path": "/", "query": "by=1"}, "400", "by is one of city, membership, channel, device"),
        ({"path": "/", "query": "colour=red"}, "400", "knows source and by"),
        ({"path": "/customer", "query": "source=shop"}, "400", "a source and an id"),
        ({"path": "/customers", "query": "&".join(f"a{n}=1" for n in range(40))}, "400", "at most 30"),
        ({"path": "/customers", "query": "city=a%00b"}, "400", "no text"),
        ({"path": "/"}, "503", "<code>make up</code>"),
        ({"path": "/customers", "query": "city=%ff%27"}, "503", "refused reporter"),
    ],
)
def test_what_cannot_be_answered_is_said(request_of: dict[str, str], status: str, words: str) -> None:
    answer, headers, body = get(**request_of)
    assert answer.startswith(status)
    assert words in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_what_was_asked_for_is_escaped() -> None:
    _, _, body = get("/customers", "sort=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body


@pytest.mark.parametrize("name", ["dashboard.css", "charts.css", "dashboard.js", "icon.svg"])
def test_the_files_of_the_page_are_there(name: str) -> None:
    status, headers, body = get(f"/static/{name}")
    assert status == "200 OK"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body


def test_a_page_of_a_store_that_is_away_asks_again() -> None:
    _, headers, body = get("/alerts")
    assert headers["Retry-After"] == "2"
    assert 'data-again="yes"' in body
