"""The page as a Dash application: which view an address has, what is looked at again, and who is answered."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import dash
from dash import ALL, Dash, Input, Output, Patch, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from common.errors import UserError, first_line
from reports.dashboard import customer_view, downloads, links, parts, views
from reports.dashboard.catalogue import ALERTS, DAYS, PIPELINE, TABLES, WINDOWS
from reports.dashboard.store import Store, UnavailableError
from reports.dashboard.tables import LONGEST_VALUE, UnknownError, ask

ASSETS = Path(__file__).parent / "assets"
INDEX = (ASSETS / "index.html").read_text()
LARGEST_REQUEST = 100_000
MOST_PARAMETERS = 30
SECTIONS = ("state", "numbers", "minutes", "slices", "newest-alerts", "pipeline")
VIEWS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "/": ("Live", views.live_page),
    "/customers": ("Customers", views.customers_page),
    "/customer": ("Customer", customer_view.page),
    **{f"/{table.name}": (table.title, views.table_page(table)) for table in (ALERTS, WINDOWS, PIPELINE, DAYS)},
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Of the tab: a page in the background looks once a minute. A look that was never answered leaves the interval off, as
# Dash leaves `running`, so it is put on again; and the page says that its server has gone.
WATCH = """
function(_, answered) {
    const last = window.lastAnswer ??= {};
    if (answered !== last.number || document.hidden) Object.assign(last, {number: answered, at: Date.now()});
    const away = Date.now() - last.at > 4000, same = dash_clientside.no_update;
    const words = "This page's server does not answer: make dashboard starts it. What you see is as it was then.";
    return [document.hidden ? 60000 : 500, away ? false : same, away ? words : same];
}
"""
RELOAD = "function(tries) { if (tries) location.reload(); return dash_clientside.no_update; }"


def build(store: Store) -> Dash:
    """Return the application; only names of loopback are answered, so that no page from elsewhere points here."""
    app = Dash(
        __name__, assets_folder=str(ASSETS), assets_ignore=r"index\.html", index_string=INDEX, title="Live",
        update_title="", use_pages=True, pages_folder="", suppress_callback_exceptions=True, add_log_handler=False,
    )  # fmt: skip
    for path, (title, view) in VIEWS.items():
        dash.register_page(path, path=path, title=f"{title} · Customer behaviour", layout=answering(store, view))
    app.layout = html.Div([dcc.Location(id="to", refresh="callback-nav"), dash.page_container])
    look_again(app, store)
    watch_tab(app)
    follow_filters(app)
    server = app.server
    server.config.update(TRUSTED_HOSTS=["127.0.0.1", "localhost"], MAX_CONTENT_LENGTH=LARGEST_REQUEST)
    server.add_url_rule("/<name>.csv", view_func=lambda name: download(store, name))
    protect(app, server)
    return app


def protect(app: Dash, server: Flask) -> None:
    """Refuse what is not asked for properly, in words, and send no more than the page itself needs."""

    @server.before_request
    def know_path() -> None:
        if request.endpoint == "/<path:path>" and request.path not in VIEWS:
            raise NotFound("There is no such page: go on from one of Live, Alerts, Windows and Customers.")

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy(app)
        response.headers.update(HEADERS)
        if not request.path.startswith(("/_dash-component-suites/", "/assets/")):
            response.headers["Cache-Control"] = "no-store"
        return response

    @server.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        status, words = refusal(error)
        return Response(f"{words}\n", status, mimetype="text/plain")


def policy(app: Dash) -> str:
    """Return which scripts and styles may run: files of this server, and what Dash itself writes into its page."""
    scripts = " ".join(["'self'", *app.csp_hashes()])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def refusal(error: Exception) -> tuple[int, str]:
    """Return the status and the words of an answer that cannot be given; a fault of ours is told on the terminal."""
    match error:
        case UnavailableError():
            return 503, str(error)
        case UserError():
            return 400, str(error)
        case HTTPException():
            return error.code or 400, error.description or error.name
    if request.path.startswith("/_dash"):
        return 400, "That is no question of this page."
    return 500, fault(error)


def fault(error: Exception) -> str:
    """Return what is said of a fault of ours, told on the terminal as well."""
    words = f"{type(error).__name__}: {first_line(error)}"
    print(f"page: {words}", file=sys.stderr, flush=True)
    return words


def answering(store: Store, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view that takes the parameters of an address; what it cannot show it says in words."""

    def layout(**asked: object) -> Any:
        try:
            return view(store, parameters(asked))
        except UnavailableError as error:
            return parts.message("Not now", f"{error}. This page tries again by itself.", again=True)
        except UserError as error:
            return parts.message("There is no such thing", f"{error}.")
        except Exception as error:
            return parts.message("This page has a fault", fault(error))

    return layout


def parameters(asked: Mapping[str, object]) -> dict[str, str]:
    """Return the parameters of an address as texts, those without a value left out.

    Raises:
        UnknownError: there are too many, one stands there twice, or holds what no text of PostgreSQL can.
    """
    if len(asked) > MOST_PARAMETERS:
        raise UnknownError(f"an address has at most {MOST_PARAMETERS} parameters")
    texts = {}
    for name, value in asked.items():
        if not isinstance(value, str) or "\0" in value or len(value) > LONGEST_VALUE:
            raise UnknownError(f"a value is longer than {LONGEST_VALUE} characters, or no text, or there are two of it")
        # Halves of characters, which JSON can hold and UTF-8 cannot.
        texts[name] = value.encode("utf-8", "replace").decode().strip()
    return {name: value for name, value in texts.items() if value}


def look_again(app: Dash, store: Store) -> None:
    """Look again while a live page is open: its parts that are not as they were are replaced, and nothing else."""

    @app.callback(
        Output({"chart": ALL}, "figure"),
        *(Output(name, "children") for name in SECTIONS),
        Output("connection", "children"),
        Output("seen", "data"),
        Output("answered", "data"),
        Input("tick", "n_intervals"),
        State("asked", "data"),
        State("seen", "data"),
        running=[(Output("tick", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def look(ticks: int, asked: dict[str, object], seen: dict[str, int]) -> list[Any]:
        charts = [entry["id"]["chart"] for entry in ctx.outputs_list[0]]
        figures: list[Any] = [no_update for _ in charts]
        texts = parameters(asked)
        words, content = "", dict[str, Any]()
        try:
            content, _, _ = views.now(store, texts)
        except UserError as error:
            words = f"{error}."
        except Exception as error:
            words = fault(error)
        if words:
            return [figures, *(no_update for _ in SECTIONS), parts.marked(words), no_update, ticks]
        marks = views.marks(content)
        changed = {name: content[name] for name in SECTIONS if marks[name] != seen.get(name)}
        drawn = charts_of(changed.get("minutes", []))
        if drawn and list(drawn) == charts:
            # The same charts with other numbers: only so they keep tooltip and zoom.
            figures = [with_numbers(figure) for figure in drawn.values()]
            del changed["minutes"]
        return [figures, *(changed.get(name, no_update) for name in SECTIONS), "", marks, ticks]


def watch_tab(app: Dash) -> None:
    """Let a page in the background look less often, one without its server say so, one that failed try again."""
    app.clientside_callback(
        WATCH,
        Output("tick", "interval"),
        Output("tick", "disabled"),
        Output("connection", "children", allow_duplicate=True),
        Input("watch", "n_intervals"),
        State("answered", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(RELOAD, Output("again", "disabled"), Input("again", "n_intervals"))


def with_numbers(figure: Mapping[str, Any]) -> Patch:
    """Return what changes in a figure that is shown, which is all but its axes: these are the reader's."""
    patch = Patch()
    patch["data"] = figure["data"]
    patch["layout"]["title"] = figure["layout"]["title"]
    return patch


def charts_of(content: Sequence[Any]) -> dict[str, Any]:
    """Return the figures of a part of a page by their names."""
    return {one.children.id["chart"]: one.children.figure for one in content if isinstance(one, html.Figure)}


def follow_filters(app: Dash) -> None:
    """Bring what is chosen in the filters of a page into its address, from which everything else follows."""

    @app.callback(
        Output("to", "href"),
        Input({"filter": ALL}, "value"),
        State("to", "pathname"),
        State("to", "search"),
        prevent_initial_call=True,
    )
    def follow(_: list[str | None], path: str, search: str) -> str:
        chosen = {entry["id"]["filter"]: entry.get("value") or "" for entry in ctx.inputs_list[0]}
        before = dict(parse_qsl(str(search or "").removeprefix("?")))
        after = {**before, **{name: str(value).strip() for name, value in chosen.items()}}
        after = {name: value for name, value in after.items() if value}
        if path not in VIEWS or {**before, "page": ""} == {**after, "page": ""}:
            raise PreventUpdate
        return links.link(path, {**after, "page": None})


def download(store: Store, name: str) -> Response:
    """Return the rows of a table that an address asks for as a file."""
    if name not in TABLES:
        raise NotFound(f"There is no such file, but {', '.join(TABLES)}.")
    asked = {key: values if len(values) > 1 else values[0] for key, values in request.args.lists()}
    return downloads.answer(store, ask(TABLES[name], parameters(asked)))
