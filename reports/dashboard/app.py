"""The page as a WSGI application: what is asked for, by whom, and what is answered, whatever happens."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl

from common.errors import first_line
from reports.dashboard import customers, downloads, live, pages
from reports.dashboard.catalogue import ALERTS, CUSTOMERS, DIMENSIONS, TABLES
from reports.dashboard.store import Store, UnavailableError
from reports.dashboard.tables import Question, UnknownError, ask
from reports.page import TEMPLATES

# The charts of the page and of the report are the same, and so are their colours.
FILES = {
    f"/static/{file.name}": file for file in [*(Path(__file__).parent / "static").iterdir(), TEMPLATES / "charts.css"]
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HTML = "text/html; charset=utf-8"
MOST_PARAMETERS = 30
IN_MEMORY = 4_000_000
PIECE = 65_536
# Nothing from elsewhere, no script or style but our two files, no frame around us, no word of where a reader was.
HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
STATUS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
          500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip
Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What goes back to the browser."""

    body: Iterable[bytes]
    status: int = 200
    kind: str = HTML
    headers: Sequence[tuple[str, str]] = field(default_factory=tuple)


class Application:
    """Answers requests from a store."""

    def __init__(self, store: Store, hosts: Sequence[str]) -> None:
        """Answer requests that name one of these hosts; a page from elsewhere that points here names its own."""
        self.store = store
        self.hosts = frozenset(hosts)

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        answer = self.answer(environ)
        head = [("Content-Type", answer.kind), *HEADERS, *answer.headers]
        start_response(f"{answer.status} {STATUS[answer.status]}", head)
        return answer.body

    def answer(self, environ: Mapping[str, Any]) -> Answer:
        """Return the answer to a request; one that cannot be given says why in words."""
        if environ.get("HTTP_HOST", "").lower() not in self.hosts:
            return refusal(403, "Not this address", f"Open the page as http://{min(self.hosts)}/.")
        if environ["REQUEST_METHOD"] != "GET":
            return refusal(405, "Nothing can be written here", "This page is for reading: only GET is answered.")
        try:
            return self.route(environ.get("PATH_INFO") or "/", parameters(environ.get("QUERY_STRING", "")))
        except UnknownError as error:
            return refusal(400, "There is no such thing", f"{error}.")
        except UnavailableError as error:
            return refusal(503, "Not now", f"{error}. This page tries again by itself.", [("Retry-After", "2")])
        except Exception as error:
            print(f"page: {type(error).__name__}: {first_line(error)}", file=sys.stderr, flush=True)
            return refusal(500, "This page has a fault", f"{type(error).__name__}: {first_line(error)}")

    def route(self, path: str, asked: Parameters) -> Answer:
        """Return the answer at a path."""
        name, dot, suffix = path.removeprefix("/").partition(".")
        if path in ("/", "/live"):
            return self.live("live.html.j2" if path == "/" else "now.html.j2", asked)
        if path == "/customer":
            return self.customer(asked)
        if path == "/customers":
            return self.customers(ask(CUSTOMERS, asked))
        if name in TABLES and not dot:
            return self.table(ask(TABLES[name], asked))
        if name in TABLES and suffix == "csv":
            return self.download(ask(TABLES[name], asked))
        if path in FILES:
            return Answer([FILES[path].read_bytes()], kind=TYPES[FILES[path].suffix])
        return refusal(404, "There is no such page", "Go on from one of those above.")

    def live(self, template: str, asked: Parameters) -> Answer:
        """Return what happens now."""
        require_names(asked, "source", "by")
        source, dimension = asked.get("source", ""), asked.get("by") or "city"
        if dimension not in dict(DIMENSIONS[1:]):
            raise UnknownError(f"by is one of {', '.join(name for name, _ in DIMENSIONS[1:])}, not {dimension[:40]!r}")
        with self.store.reading() as reader:
            now = live.read(reader, source, dimension)
        return page(pages.live(template, now, source, dimension))

    def table(self, question: Question) -> Answer:
        """Return a page of a table."""
        with self.store.reading() as reader:
            reader.require(question.table.relations)
            rows = reader.rows(question.table.kind, question.select_page(), question.values)
            total = reader.value(question.count(), question.values)
            sources = live.source_names(reader)
        return page(pages.table(question, rows, total, {"source": sources}))

    def customers(self, question: Question) -> Answer:
        """Return a page of customers, with their counts."""
        with self.store.reading() as reader:
            reader.require(question.table.relations)
            rows = reader.rows(question.table.kind, question.select_page(), question.values)
            total, facets = customers.facets(reader, question)
        return page(pages.customers(question, rows, total, facets))

    def customer(self, asked: Parameters) -> Answer:
        """Return everything about one customer."""
        require_names(asked, "source", "id")
        if not asked.get("source") or not asked.get("id"):
            raise UnknownError("a customer has a source and an id: search for it among the customers")
        with self.store.reading() as reader:
            known = not reader.missing(CUSTOMERS.relations)
            portrait = customers.portrait(reader, asked["source"], asked["id"]) if known else None
            alerts = customers.rows_of(reader, ALERTS, asked["source"], asked["id"])
        return page(pages.customer(asked["source"], asked["id"], portrait, alerts))

    def download(self, question: Question) -> Answer:
        """Return all rows of a question as a file.

        They are read to the end first: a file that breaks off half way would look like a whole one.
        """
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it is sent
        with self.store.reading() as reader:
            reader.require(question.table.relations)
            for line in downloads.lines(question, reader.stream(question.select(), question.values)):
                file.write(line.encode())
        size = file.tell()
        file.seek(0)
        name = downloads.file_name(question)
        disposition = ("Content-Disposition", f'attachment; filename="{name}"')
        return Answer(pieces(file), 200, "text/csv; charset=utf-8", [disposition, ("Content-Length", str(size))])


def parameters(query: str) -> Parameters:
    """Return the parameters of an address, those without a value left out.

    Raises:
        UnknownError: there are too many, or one holds what no text of PostgreSQL can.
    """
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_PARAMETERS, errors="replace")
    except ValueError:
        raise UnknownError(f"an address has at most {MOST_PARAMETERS} parameters") from None
    if any("\0" in value or len(value) > 200 for _, value in pairs):
        raise UnknownError("a value is longer than 200 characters, or no text")
    return {name: value.strip() for name, value in pairs if value.strip()}


def require_names(asked: Parameters, *names: str) -> None:
    """Refuse parameters that a page does not know.

    Raises:
        UnknownError: there is one; the text names it.
    """
    for name in asked.keys() - set(names):
        raise UnknownError(f"this page knows {' and '.join(names)}, not {name[:40]!r}")


def page(text: str) -> Answer:
    """Return a page."""
    return Answer([text.encode("utf-8", "replace")])


def refusal(status: int, title: str, text: str, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """Return a page that says what is wrong."""
    text = pages.message(title, text, again=status == 503)
    return Answer([text.encode("utf-8", "replace")], status, headers=headers)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the content of a file, and close it."""
    with file:
        while piece := file.read(PIECE):
            yield piece
